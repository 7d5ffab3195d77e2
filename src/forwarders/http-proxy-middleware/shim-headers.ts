import type { Exchange, RawHeaders } from '../../engine/types.ts';
import type { ShimHeaders } from './request-shim.ts';

/** Node frames bodies of unknown length by itself, but not with these methods: they would pass for the next request. */
const UNFRAMED: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** A request head in the form in which Node's own code, http-proxy-middleware and hooks expect it. */
export function shimHeaders(exchange: Exchange, flat: RawHeaders, xfwd: boolean): ShimHeaders {
  const { request, body } = exchange;
  const headers: ShimHeaders = {};
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = (flat[i] as string).toLowerCase();
    const value = flat[i + 1] as string;
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (before === undefined) headers[name] = value;
    else headers[name] = [...(Array.isArray(before) ? before : [before]), value];
  }
  const isUnframed =
    !body.empty && !body.missing && body.length === undefined && UNFRAMED.has(request.method);
  if (isUnframed) headers['transfer-encoding'] = 'chunked';
  // The others are there in any case.
  if (xfwd) headers['x-forwarded-port'] ??= portOf(exchange);
  return headers;
}

/** That of the authority that the client asked for; else the usual one. */
function portOf({ authority, request }: Exchange): string {
  return /:(\d+)$/.exec(authority ?? '')?.[1] ?? (request.encrypted ? '443' : '80');
}
