import type { Named } from './classify.ts';
import type { ErrorFacts } from './error-chain.ts';
import { printableBytes } from './printable.ts';

/**
 * What the HTTP parser choked on. undici gives llhttp's reason only as text in parentheses (its `code` is
 * undefined), and the bytes it could not read.
 */
export function parserCause(error: ErrorFacts, reused: boolean): Named {
  const reason = /\(([^)]*)\)/.exec(error.message)?.[1] ?? '';
  if (/^Expected HTTP/.test(reason)) return notHttp(error.data, reused ? 'yes' : 'no');
  if (/(?:HTTP|major|minor) version|Expected dot/i.test(reason)) return { cause: 'http_version_mismatch' };
  if (/Content-Length|Transfer-Encoding/i.test(reason)) return { cause: 'response_framing_ambiguous' };
  if (/chunk/i.test(reason)) return { cause: 'response_coding_error' };
  return { cause: 'response_header_invalid' };
}

const FRAMING = /^(?:content-length|transfer-encoding)[ \t]*:[ \t]*(.*?)[ \t]*$/gim;

/**
 * Once it has seen a length, undici says of everything that is wrong with a head that the length is. Where the whole
 * head is known, and there is one length and no coding in it, something else was.
 */
export function isFramingClear(head: string | undefined): boolean {
  const end = head?.indexOf('\r\n\r\n') ?? -1;
  if (head === undefined || end < 0) return false;
  const [length, ...others] = [...head.slice(0, end).matchAll(FRAMING)];
  return (
    others.length === 0 && length !== undefined && /^content-length:[ \t]*\d{1,15}[ \t]*$/i.test(length[0])
  );
}

/** On a connection that has spoken HTTP before, such bytes prove nothing about this request. */
function notHttp(data: Uint8Array | undefined, reached: 'no' | 'yes'): Named {
  // An alert (0x15) or a handshake record (0x16) of SSL 3 or TLS (0x03): it never read our request as HTTP.
  if ((data?.[0] === 0x15 || data?.[0] === 0x16) && data[1] === 0x03) {
    return { cause: 'plaintext_on_tls_port', reached };
  }
  // An HTTP/2 frame header: length 00 00 xx, type 04 (SETTINGS), flags 00.
  if (data?.[0] === 0 && data[1] === 0 && data[3] === 4) return { cause: 'http_version_mismatch', reached };
  return { cause: 'response_not_http', ...(data && { detail: `It began with "${printableBytes(data)}".` }) };
}
