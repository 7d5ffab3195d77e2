import { isIP } from 'node:net';
import type { Exchange, ProxyRequest } from './types.ts';

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const IS_TOKEN = new RegExp(`^${TOKEN}$`);
/** RFC 7239 section 4, with white space where senders put some. */
const WELL_FORMED = new RegExp(
  `^(?:[ \\t;,]*${TOKEN}=(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*")[ \\t]*(?:[;,]|$))+[ \\t;,]*$`,
);

/** The value of Forwarded (RFC 7239): ours, behind what a trusted peer says of those before it. */
export function forwardedValue({ request, authority }: Exchange, isTrusted: boolean): string {
  const ours = element(nodeOf(request.remoteAddress), request.encrypted ? 'https' : 'http', authority);
  const given = isTrusted ? chainBefore(request.headers) : undefined;
  return given === undefined ? ours : `${given}, ${ours}`;
}

/** One that is not well-formed is no good: what we append could end up inside of its quotes. */
function chainBefore(headers: ProxyRequest['headers']): string | undefined {
  const given = textOf(headers['forwarded']);
  if (given !== undefined && WELL_FORMED.test(given)) return given;
  return translated(headers);
}

/** What a peer says that knows the older headers alone (section 7.4). They tell scheme and host of the first hop. */
function translated(headers: ProxyRequest['headers']): string | undefined {
  const [first, ...others] = listOf(headers['x-forwarded-for']);
  if (first === undefined) return undefined;
  const [proto] = listOf(headers['x-forwarded-proto']);
  const [host] = listOf(headers['x-forwarded-host']);
  return [element(nodeIn(first), proto, host), ...others.map((node) => element(nodeIn(node)))].join(', ');
}

function listOf(header: string | string[] | undefined): string[] {
  return (textOf(header) ?? '')
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(', ') : header;
}

function element(node: string, proto?: string, host?: string): string {
  const parts = [`for=${node}`];
  if (host !== undefined) parts.push(`host=${quoted(host)}`);
  if (proto !== undefined && IS_TOKEN.test(proto)) parts.push(`proto=${proto}`);
  return parts.join(';');
}

/** Colons and brackets are not for tokens (section 4). A peer on a Unix socket has no address. */
function nodeOf(address: string | undefined): string {
  // A zone means something on this machine alone.
  const plain = address?.replace(/%.*$/s, '') ?? '';
  const family = isIP(plain);
  if (family === 0) return 'unknown';
  return family === 6 ? `"[${plain}]"` : plain;
}

/** A member of X-Forwarded-For: an address, perhaps with a port, or an identifier that hides one (section 6.3). */
function nodeIn(member: string): string {
  if (/^_[\w.-]+$/.test(member)) return member;
  const [, address = member, port] =
    /^\[(.*)\](?::(\d{1,5}))?$/.exec(member) ?? /^([\d.]+):(\d{1,5})$/.exec(member) ?? [];
  const node = nodeOf(address);
  return port === undefined || node === 'unknown' ? node : `"${node.replaceAll('"', '')}:${port}"`;
}

function quoted(text: string): string {
  return IS_TOKEN.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
