import type { Named } from './classify.ts';
import type { ErrorFacts } from './error-chain.ts';

/** Ours: the handshake succeeded, but HTTP/2 was not agreed on. */
export const NO_HTTP2 = 'ERR_CAUSEWAY_NO_HTTP2';

/** Errors of `node:http2`, and undici's own about streams, which have one code for all. */
export function isHttp2({ code, message }: ErrorFacts): boolean {
  return code.startsWith('ERR_HTTP2_') || message.startsWith('HTTP/2: ');
}

/** A stream, or the connection beneath it, that ended before the response head. Codes of RFC 9113 section 7. */
export function http2Cause({ code, message }: ErrorFacts): Named {
  // Of a stream above the last one that the backend says it accepted: not processed (section 6.8).
  if (/"GOAWAY" frame received/.test(message)) return { cause: 'stream_refused' };
  if (/NGHTTP2_REFUSED_STREAM/.test(message)) return { cause: 'stream_refused' };
  // The other side's frames make no sense: it speaks something else.
  if (code === 'ERR_HTTP2_ERROR') return { cause: 'http_version_mismatch' };
  const reset = /error code (\w+)/.exec(message)?.[1];
  return { cause: 'stream_reset', ...(reset !== undefined && { detail: `The code was ${reset}.` }) };
}
