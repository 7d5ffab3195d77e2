import { runHook } from './hooks.ts';
import type { Exchange, RawHeaders, Target } from './types.ts';

/** RFC 9110 section 7.6.1, with the historical names. `expect` is answered by the HTTP server in front. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
]);

/** Headers that we write ourselves on a request, whatever the client sent. */
const OURS_ON_REQUESTS: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'host',
  'content-length',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-request-id',
]);

/** Headers of ours that a backend must not be able to fake. */
const OURS_ON_RESPONSES: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'proxy-cause', 'proxy-attempts']);

/**
 * Naming one of these in Connection is an attack, not a wish: a hop that obeyed would strip what the next
 * one relies on (CVE-2024-45410 and relatives).
 */
const PROTECTED: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'date',
  'forwarded',
  'host',
  'location',
  'origin',
  'range',
  'set-cookie',
  'vary',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'x-request-id',
]);

type HeaderValue = string | string[] | undefined;

/** A Buffer. Its `latin1Slice` is `toString('latin1')` without the detour over the name of the encoding. */
export interface HeaderBytes {
  latin1Slice(): string;
}

interface HeaderRule {
  readonly lower: string;
  readonly dropped: boolean;
  /** Says who the client is: worth what the peer that sent it is worth. */
  readonly forwarding: boolean;
  /** The last head in which it was seen: tells repeated headers without comparing names. */
  seenIn: number;
}

/** What to do with a header, by its name as spelled: spares folding the same few spellings on each request. */
class HeaderRules {
  readonly #dropped: ReadonlySet<string>;
  readonly #rules = new Map<string, HeaderRule>();
  #heads = 0;

  constructor(dropped: ReadonlySet<string>) {
    this.#dropped = dropped;
  }

  /** Begins another head, and forgets rules when there are too many: clients choose the names. */
  beginHead(): number {
    if (this.#rules.size > MAX_SPELLINGS) this.#rules.clear();
    this.#heads += 1;
    return this.#heads;
  }

  get(name: string): HeaderRule {
    return this.#rules.get(name) ?? this.#learn(name);
  }

  /** All spellings of a name share one rule. */
  #learn(name: string): HeaderRule {
    const lower = name.toLowerCase();
    // HTTP/2 brings the request line as pseudo-headers.
    const dropped = this.#dropped.has(lower) || lower.startsWith(':');
    const forwarding = lower === 'forwarded' || lower === 'x-real-ip' || lower.startsWith('x-forwarded-');
    const rule = this.#rules.get(lower) ?? { lower, dropped, forwarding, seenIn: 0 };
    this.#rules.set(lower, rule).set(name, rule);
    return rule;
  }
}

const MAX_SPELLINGS = 1_000;
const REQUEST_RULES = new HeaderRules(OURS_ON_REQUESTS);
const RESPONSE_RULES = new HeaderRules(OURS_ON_RESPONSES);

/** Names listed in Connection, in lower case, that may be removed; undefined where there are none. */
export function nominatedNames(connection: HeaderValue): ReadonlySet<string> | undefined {
  if (connection === undefined) return undefined;
  const value = typeof connection === 'string' ? connection : connection.join(',');
  if (value === 'keep-alive' || value === 'close') return undefined;
  const names = value
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !PROTECTED.has(name));
  return names.length > 0 ? new Set(names) : undefined;
}

/** The request head as the backend gets it: end-to-end headers in order and spelling, then ours. */
export function requestHeaders(exchange: Exchange, target: Target, gatewayName: string): string[] {
  const { rawHeaders, body, request } = exchange;
  const nominated = nominatedNames(request.headers['connection']);
  REQUEST_RULES.beginHead();
  const trusted = isTrusted(exchange);
  const headers: string[] = [];
  const host = exchange.settings.headers.host === 'backend' ? target.host : exchange.authority;
  if (host !== undefined) headers.push('Host', host);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const rule = REQUEST_RULES.get(name);
    if (rule.dropped || nominated?.has(rule.lower)) continue;
    if (rule.forwarding && !trusted) continue;
    // The bytes are no longer compressed once a body parser has read them.
    if (body.reserialized && rule.lower === 'content-encoding') continue;
    headers.push(name, rawHeaders[i + 1] as string);
  }
  if (!body.empty && body.length !== undefined) headers.push('Content-Length', String(body.length));
  pushForwarded(headers, exchange, trusted);
  headers.push('Via', `${exchange.httpVersion} ${gatewayName}`, 'X-Request-Id', request.id);
  return headers;
}

/** Appended to what a trusted peer sent; else replaced, since anybody can send anything. */
function pushForwarded(headers: string[], { request, authority }: Exchange, trusted: boolean): void {
  const given = trusted ? request.headers['x-forwarded-for'] : undefined;
  // A peer on a Unix socket has no address.
  const chain = [given, request.remoteAddress].filter((part) => part !== undefined).join(', ');
  if (chain !== '') headers.push('X-Forwarded-For', chain);
  const proto = trusted ? request.headers['x-forwarded-proto'] : undefined;
  headers.push('X-Forwarded-Proto', proto ? String(proto) : request.encrypted ? 'https' : 'http');
  const host = (trusted ? request.headers['x-forwarded-host'] : undefined) ?? authority;
  if (host !== undefined) headers.push('X-Forwarded-Host', String(host));
}

function isTrusted({ settings, request }: Exchange): boolean {
  const { trust } = settings.headers;
  return typeof trust === 'function' ? runHook('headers.trust', () => trust(request)) === true : trust;
}

export interface ResponseHeaders {
  readonly headers: string[];
  /** Some name occurs more than once. */
  readonly repeated: boolean;
}

/**
 * The response head as the client gets it, without hop-by-hop headers and without faked ones of ours.
 * @param raw names and values as bytes, in order and spelling as sent; HTTP headers are latin1.
 */
export function responseHeaders(
  raw: readonly HeaderBytes[],
  connection: HeaderValue,
  gatewayName: string,
): ResponseHeaders {
  const nominated = nominatedNames(connection);
  const head = RESPONSE_RULES.beginHead();
  const headers: string[] = [];
  let repeated = false;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as HeaderBytes).latin1Slice();
    const rule = RESPONSE_RULES.get(name);
    if (rule.dropped || nominated?.has(rule.lower)) continue;
    if (rule.seenIn === head) repeated = true;
    rule.seenIn = head;
    headers.push(name, (raw[i + 1] as HeaderBytes).latin1Slice());
  }
  // With a Via of the backend's own, there are two.
  if (RESPONSE_RULES.get('Via').seenIn === head) repeated = true;
  headers.push('Via', `1.1 ${gatewayName}`);
  return { headers, repeated };
}

/** What may not stand in trailers (RFC 9110 section 6.5.1): framing, routing, authentication, content. */
const NOT_IN_TRAILERS: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'host',
  'proxy-status',
  'set-cookie',
]);

/** Trailers as the client may get them; undefined where there are none, which is nearly always. */
export function trailers(raw: readonly HeaderBytes[]): RawHeaders | undefined {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as HeaderBytes).latin1Slice();
    const rule = RESPONSE_RULES.get(name);
    if (rule.dropped || NOT_IN_TRAILERS.has(rule.lower)) continue;
    kept.push(name, (raw[i + 1] as HeaderBytes).latin1Slice());
  }
  return kept.length === 0 ? undefined : kept;
}

/** All values of one header in a flat list. */
export function valuesOf(headers: RawHeaders, lowerName: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length !== lowerName.length || name.toLowerCase() !== lowerName) continue;
    values.push(headers[i + 1] as string);
  }
  return values;
}
