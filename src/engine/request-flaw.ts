import { isHost } from './host.ts';
import { forwardsLeft } from './max-forwards.ts';
import { isOriginForm } from './path.ts';
import type { Exchange } from './types.ts';

/** What a server must not accept, but Node's parser lets through; undefined for a request that is well formed. */
export function flawIn(exchange: Exchange): string | undefined {
  const { method, headers, path } = exchange.request;
  if (!isKnownVersion(exchange)) return 'The request is of an unknown version of HTTP.';
  if (!isOriginForm(path) && !(path === '*' && method === 'OPTIONS')) {
    return 'The request target is neither a path nor an http URL.';
  }
  const host = flawInHost(exchange);
  if (host !== undefined) return host;
  // Of other codings, only the chunking was undone.
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && !isChunked(String(coding), exchange.httpVersion)) {
    return 'The request has a transfer coding other than chunked.';
  }
  // RFC 9110 section 9.3.8.
  if (method === 'TRACE' && !exchange.body.empty) return 'A TRACE request must not have a body.';
  if (forwardsLeft(exchange.request) === 'invalid') return 'Max-Forwards is not a number.';
  return undefined;
}

/** Node's HTTP/1 parser also takes 0.9 and 2.0; a real HTTP/2 request has pseudo-headers, and has them first. */
function isKnownVersion({ httpVersion, rawHeaders }: Exchange): boolean {
  if (httpVersion === '1.1' || httpVersion === '1.0') return true;
  return httpVersion === '2.0' && rawHeaders[0]?.startsWith(':') === true;
}

/** In HTTP/1.0 there were no transfer codings: its framing is faulty (RFC 9112 section 6.1). */
function isChunked(coding: string, httpVersion: string): boolean {
  return httpVersion !== '1.0' && coding.toLowerCase() === 'chunked';
}

/** RFC 9112 section 3.2, RFC 9113 section 8.3.1. */
function flawInHost(exchange: Exchange): string | undefined {
  const { host } = exchange.request.headers;
  const { authority } = exchange;
  if (hasTwoHosts(exchange)) return 'The request has more than one Host header.';
  if (authority !== undefined && !isHost(authority)) return 'The request names an invalid host.';
  if (host === undefined || host === authority) return undefined;
  // In HTTP/1 the target outranks the header, which must be valid all the same.
  if (exchange.httpVersion === '2.0') return 'The request names two different hosts.';
  return isHost(String(host)) ? undefined : 'The request names an invalid host.';
}

/** `headers` keeps the first of them only. */
function hasTwoHosts({ rawHeaders }: Exchange): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}
