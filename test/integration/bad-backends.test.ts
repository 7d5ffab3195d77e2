import { describe, expect, test } from 'vitest';
import { startNamed, startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

const ANSWERS: readonly [string, string, string][] = [
  ['an SSH banner', 'SSH-2.0-OpenSSH_9.6\r\n', 'response_not_http'],
  ['HTTP/0.9', '<html>hello</html>', 'response_not_http'],
  ['a TLS alert', '\x15\x03\x01\x00\x02\x02\x46', 'plaintext_on_tls_port'],
  ['an HTTP/2 SETTINGS frame', '\x00\x00\x00\x04\x00\x00\x00\x00\x00', 'http_version_mismatch'],
  ['HTTP/3.0', 'HTTP/3.0 200 OK\r\n\r\n', 'http_version_mismatch'],
  ['an illegal header name', `${OK}Bad Header: 1\r\n\r\n`, 'response_header_invalid'],
  ['a status of two digits', 'HTTP/1.1 42 Huh\r\n\r\n', 'response_header_invalid'],
  ['a status below 100', 'HTTP/1.1 042 Huh\r\nContent-Length: 0\r\n\r\n', 'response_header_invalid'],
  ['a length that is no number', `${OK}Content-Length: abc\r\n\r\n`, 'response_framing_ambiguous'],
  [
    'a length beside chunked',
    `${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'response_framing_ambiguous',
  ],
  ['two lengths', `${OK}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`, 'response_framing_ambiguous'],
  ['headers without end', `${OK}X-Big: ${'x'.repeat(20_000)}\r\n`, 'response_headers_too_large'],
];

describe.each(ADAPTERS)('a backend that answers with nonsense, %s', (adapter) => {
  test.each(ANSWERS)('%s', async (_what, bytes, cause) => {
    const backend = await startRaw((socket) => void socket.write(bytes, 'latin1'));
    const gateway = await startGateway(adapter, {
      backends: [backend.url],
      errors: { disclose: 'public' },
      timeouts: { firstByteMs: 2_000 },
    });
    const sent = await send(gateway.url, { method: 'POST', body: 'x' });
    expectFailure(sent, cause);
    expect(sent.body.toString()).not.toMatch(/OpenSSH|Bad Header|hello/);
    // It may have been processed: a POST goes out once.
    expect(backend.received).toHaveLength(1);
  });

  test.each(['nothing', 'half a status line'])('%s, and closes', async (what) => {
    const backend = await startRaw((socket) => void socket.end(what === 'nothing' ? '' : 'HTTP/1.1 20'));
    const gateway = await startGateway(adapter, { backends: [backend.url], retry: false });
    expectFailure(await send(gateway.url), 'closed_before_response');
  });

  test('one that talks before it is asked does not answer the next request with that', async () => {
    const backend = await startRaw((socket) => {
      socket.write(`${OK}Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`);
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    for (let i = 0; i < 5; i += 1) expect((await send(gateway.url)).body.toString()).toBe('ok');
  });

  test('and a second one answers instead, for a GET', async () => {
    const banner = await startRaw((socket) => void socket.write('220 mail.example ESMTP\r\n'));
    const good = await startNamed('good');
    const gateway = await startGateway(adapter, { backends: [banner.url, good.url], random: () => 0 });
    expect((await send(gateway.url)).body.toString()).toBe('good');
  });
});
