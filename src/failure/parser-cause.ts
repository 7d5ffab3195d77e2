import type { Named } from './classify.ts';
import type { ErrorFacts } from './error-chain.ts';

/**
 * What the HTTP parser choked on. undici gives llhttp's reason only as text in parentheses (its `code` is
 * undefined), and the bytes it could not read.
 */
export function parserCause(error: ErrorFacts): Named {
  const reason = /\(([^)]*)\)/.exec(error.message)?.[1] ?? '';
  if (/^Expected HTTP/.test(reason)) return notHttp(error.data);
  if (/HTTP version/i.test(reason)) return { cause: 'http_version_mismatch' };
  if (/Content-Length|Transfer-Encoding/i.test(reason)) return { cause: 'response_framing_ambiguous' };
  if (/chunk/i.test(reason)) return { cause: 'response_coding_error' };
  return { cause: 'response_header_invalid' };
}

function notHttp(data: Uint8Array | undefined): Named {
  // An alert (0x15) or a handshake record (0x16) of SSL 3 or TLS (0x03): it never read our request as HTTP.
  if ((data?.[0] === 0x15 || data?.[0] === 0x16) && data[1] === 0x03) {
    return { cause: 'plaintext_on_tls_port', reached: 'no' };
  }
  // An HTTP/2 frame header: length 00 00 xx, type 04 (SETTINGS), flags 00.
  if (data?.[0] === 0 && data[1] === 0 && data[3] === 4)
    return { cause: 'http_version_mismatch', reached: 'no' };
  return { cause: 'response_not_http' };
}
