import { pushDeadline } from './deadline-header.ts';
import { forwardedValue } from './forwarded-header.ts';
import { HOP_BY_HOP, HeaderRules } from './header-rules.ts';
import { nominatedNames } from './headers.ts';
import { countForward } from './max-forwards.ts';
import { isTrusted } from './trust.ts';
import type { Exchange, Target } from './types.ts';

/** Headers that we write ourselves on a request, whatever the client sent. */
export const OURS_ON_REQUESTS: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'host',
  'content-length',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-request-id',
]);

const REQUEST_RULES = new HeaderRules(OURS_ON_REQUESTS, { dropsTwins: true });

/** The request head as the backend gets it: end-to-end headers in order and spelling, then ours. */
export function requestHeaders(exchange: Exchange, target: Target, gatewayName: string): string[] {
  const { rawHeaders, body, request } = exchange;
  const { host: policy, forwarded } = exchange.settings.headers;
  const nominated = nominatedNames(request.headers['connection']);
  REQUEST_RULES.beginHead();
  const trusted = isTrusted(exchange);
  const headers: string[] = [];
  const host = policy === 'backend' ? target.host : exchange.authority;
  if (host !== undefined) headers.push('Host', host);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const rule = REQUEST_RULES.get(name);
    if (rule.dropped || nominated?.has(rule.lower)) continue;
    if (rule.forwarding && (!trusted || (forwarded && rule.lower === 'forwarded'))) continue;
    // The bytes are no longer compressed once a body parser has read them.
    if (body.reserialized && rule.lower === 'content-encoding') continue;
    headers.push(name, rawHeaders[i + 1] as string);
  }
  countForward(headers, request);
  if (exchange.httpVersion === '2.0') joinCookies(headers);
  if (!body.empty && body.length !== undefined) headers.push('Content-Length', String(body.length));
  pushForwarded(headers, exchange, trusted);
  if (forwarded) headers.push('Forwarded', forwardedValue(exchange, trusted));
  headers.push('Via', `${exchange.httpVersion} ${gatewayName}`, 'X-Request-Id', request.id);
  const { deadlineHeader } = exchange.settings.timeouts;
  if (deadlineHeader !== false) pushDeadline(headers, exchange, deadlineHeader);
  return headers;
}

/** HTTP/2 may cut a cookie into crumbs, which in HTTP/1 would be several cookies (RFC 9113 section 8.2.3). */
function joinCookies(headers: string[]): void {
  let first: number | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== 'cookie') continue;
    if (first === undefined) first = i + 1;
    else {
      headers[first] += `; ${headers[i + 1]}`;
      headers.splice(i, 2);
      i -= 2;
    }
  }
}

/** Appended to what a trusted peer sent; else replaced, since anybody can send anything. */
function pushForwarded(headers: string[], { request, authority }: Exchange, trusted: boolean): void {
  const given = trusted ? request.headers['x-forwarded-for'] : undefined;
  const peer = request.remoteAddress;
  // A peer on a Unix socket has no address.
  const chain = given && peer ? `${String(given)}, ${peer}` : given || peer;
  if (chain) headers.push('X-Forwarded-For', String(chain));
  const proto = trusted ? request.headers['x-forwarded-proto'] : undefined;
  headers.push('X-Forwarded-Proto', proto ? String(proto) : request.encrypted ? 'https' : 'http');
  const host = (trusted ? request.headers['x-forwarded-host'] : undefined) ?? authority;
  if (host !== undefined) headers.push('X-Forwarded-Host', String(host));
}
