import { HOP_BY_HOP, HeaderRules } from './header-rules.ts';
import { type HeaderValue, nominatedNames } from './headers.ts';
import type { RawHeaders } from './types.ts';

/** Headers of ours that a backend must not be able to fake. */
const OURS_ON_RESPONSES: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'proxy-cause', 'proxy-attempts']);

const RESPONSE_RULES = new HeaderRules(OURS_ON_RESPONSES, { dropsTwins: false });

/** A Buffer. Its `latin1Slice` is `toString('latin1')` without the detour over the name of the encoding. */
export interface HeaderBytes {
  latin1Slice(): string;
}

export interface ResponseHeaders {
  readonly headers: string[];
  /** Some name occurs more than once. */
  readonly repeated: boolean;
}

/**
 * The response head as the client gets it, without hop-by-hop headers and without faked ones of ours.
 * @param raw names and values, in order and spelling as sent: bytes, or their latin1 text.
 * @param httpVersion in which it came. Of HTTP/1, undici does not tell the minor version.
 */
export function responseHeaders(
  raw: readonly (HeaderBytes | string)[],
  connection: HeaderValue,
  gatewayName: string,
  httpVersion = '1.1',
): ResponseHeaders {
  const nominated = nominatedNames(connection);
  const head = RESPONSE_RULES.beginHead();
  const headers: string[] = [];
  let repeated = false;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = textOf(raw[i] as HeaderBytes | string);
    const rule = RESPONSE_RULES.get(name);
    if (rule.dropped || nominated?.has(rule.lower)) continue;
    if (rule.seenIn === head) repeated = true;
    rule.seenIn = head;
    headers.push(name, valueOf(raw[i + 1] as HeaderBytes | string));
  }
  // With a Via of the backend's own, there are two.
  if (RESPONSE_RULES.get('Via').seenIn === head) repeated = true;
  if (RESPONSE_RULES.get('Content-Disposition').seenIn === head) moveLengthLast(headers);
  headers.push('Via', `${httpVersion} ${gatewayName}`);
  return { headers, repeated };
}

function textOf(header: HeaderBytes | string): string {
  return typeof header === 'string' ? header : header.latin1Slice();
}

/** Behind a Content-Length, Node takes a Content-Disposition for UTF-8, and refuses or respells other bytes. */
export function moveLengthLast(headers: string[]): void {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length');
  if (at >= 0) headers.push(...headers.splice(at, 2));
}

/** undici leaves the white space behind a value, which is no part of it (RFC 9112 section 5.1). */
function valueOf(header: HeaderBytes | string): string {
  const text = textOf(header);
  const last = text.charCodeAt(text.length - 1);
  return last === SPACE || last === TAB ? text.replace(/[ \t]+$/, '') : text;
}

const SPACE = 0x20;
const TAB = 0x09;

/** Interim responses and 204 have no body, and must not say how long it is (RFC 9110 section 8.6). */
export function withoutLength(headers: RawHeaders): RawHeaders {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.toLowerCase() !== 'content-length') kept.push(name, headers[i + 1] as string);
  }
  return kept;
}

/**
 * What may not stand in trailers (RFC 9110 section 6.5.1): framing, routing, request modifiers, authentication, and
 * what says how to treat the response or its content.
 */
const NOT_IN_TRAILERS: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'expires',
  'host',
  'location',
  'max-forwards',
  'proxy-status',
  'range',
  'retry-after',
  'set-cookie',
  'vary',
  'www-authenticate',
]);

/** Trailers as the client may get them; undefined where there are none, which is nearly always. */
export function trailers(raw: readonly (HeaderBytes | string)[]): RawHeaders | undefined {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = textOf(raw[i] as HeaderBytes | string);
    const rule = RESPONSE_RULES.get(name);
    if (rule.dropped || NOT_IN_TRAILERS.has(rule.lower)) continue;
    kept.push(name, valueOf(raw[i + 1] as HeaderBytes | string));
  }
  return kept.length === 0 ? undefined : kept;
}
