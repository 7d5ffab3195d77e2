import type { FaultDefinition, FaultDefinitions } from '../definition.ts';
import { startHttp2, startSecureHttp2 } from '../http2.ts';
import { startAnswering } from '../servers.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const FILLER = 'x'.repeat(20_000);

/** Backends whose answer is no proper response head. */
export const headFaults = {
  response_not_http: answers('The backend answers with an SSH banner.', 'SSH-2.0-OpenSSH_9.6\r\n'),
  'response_not_http/smtp': answers('The backend answers as a mail server does.', '220 mail.test ESMTP\r\n'),
  'response_not_http/redis': answers('The backend answers as Redis does.', '-ERR unknown command\r\n'),
  'response_not_http/http09': answers(
    'The backend answers without a head, as in HTTP/0.9.',
    '<html>hello</html>',
  ),
  'response_not_http/binary': answers(
    'The backend answers with bytes that are no text.',
    '\x00\xff\xfe\x01\x80',
  ),
  http_version_mismatch: {
    description: 'The backend speaks HTTP/2 only.',
    start: async (scene) => ({ url: (await startHttp2(scene, ignore)).url }),
  },
  'http_version_mismatch/alpn': {
    description: 'The backend speaks HTTP/2 only, and says so in the TLS handshake (ALPN).',
    start: startSecureHttp2,
  },
  'http_version_mismatch/status_line': answers(
    'The backend announces a version of HTTP that does not exist in this form.',
    'HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n',
  ),
  response_header_invalid: answers(
    'The backend sends a header name with a space in it.',
    `${OK}Bad Name: 1\r\n\r\n`,
  ),
  'response_header_invalid/no_colon': answers(
    'The backend sends a header line without a colon.',
    `${OK}NoColon\r\n\r\n`,
  ),
  'response_header_invalid/control_character': answers(
    'The backend sends a header value with a control character in it.',
    `${OK}X-Value: a\x01b\r\n\r\n`,
  ),
  'response_header_invalid/bare_carriage_return': answers(
    'The backend sends a header value with a carriage return in it.',
    `${OK}X-Value: a\rb\r\n\r\n`,
  ),
  'response_header_invalid/status': answers(
    'The backend sends a status of two digits.',
    'HTTP/1.1 42 Huh\r\n\r\n',
  ),
  'response_header_invalid/status_below_100': answers(
    'The backend sends a status below 100.',
    'HTTP/1.1 042 Huh\r\nContent-Length: 0\r\n\r\n',
  ),
  response_headers_too_large: answers(
    'The backend sends 20 kB of headers.',
    `${OK}X-Filler: ${FILLER}\r\n\r\n`,
  ),
  'response_headers_too_large/endless': answers(
    'The backend sends headers without end.',
    `${OK}X-Filler: ${FILLER}\r\n`,
  ),
  response_framing_ambiguous: answers(
    'The backend sends a length beside chunked coding.',
    `${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ),
  'response_framing_ambiguous/chunked_first': answers(
    'The backend sends chunked coding, and a length beside it.',
    `${OK}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
  ),
  'response_framing_ambiguous/two_lengths': answers(
    'The backend sends two different lengths.',
    `${OK}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`,
  ),
  'response_framing_ambiguous/length_list': answers(
    'The backend sends two lengths in one line.',
    `${OK}Content-Length: 3, 4\r\n\r\nabcd`,
  ),
  'response_framing_ambiguous/invalid_length': answers(
    'The backend sends a length that is no number.',
    `${OK}Content-Length: abc\r\n\r\n`,
  ),
  'response_framing_ambiguous/negative_length': answers(
    'The backend sends a negative length.',
    `${OK}Content-Length: -1\r\n\r\n`,
  ),
  'response_framing_ambiguous/huge_length': answers(
    'The backend sends a length beyond all numbers.',
    `${OK}Content-Length: 99999999999999999999999\r\n\r\n`,
  ),
  upgrade_failed: answers(
    'The backend switches protocols (101), which nobody has asked for.',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  ),
  'upgrade_failed/no_headers': answers(
    'The backend switches protocols (101), without saying to which.',
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  ),
} as const satisfies FaultDefinitions;

function answers(description: string, bytes: string): FaultDefinition {
  return { description, start: (scene) => startAnswering(scene, bytes) };
}

function ignore(): void {}
