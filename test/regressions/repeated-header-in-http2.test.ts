// In HTTP/2, a header that Node sends once only, and a backend twice, reset the stream: not even the failure was told.
import { describe, expect, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { ask, startHttp2Front } from '../support/live-http2-front.ts';

async function askWith(adapter: 'koa' | 'node', ...lines: readonly string[]) {
  const head = ['HTTP/1.1 200 OK', ...lines, 'Content-Length: 2', '', 'ok'].join('\r\n');
  const backend = await startRaw((socket) => void socket.write(head));
  const { session } = await startHttp2Front(adapter, { backends: [backend.url], retry: false });
  return ask(session, { ':path': '/' });
}

describe.each(['koa', 'node'] as const)('%s', (adapter) => {
  test('the same value twice is sent once; what may be repeated stays so', async () => {
    const nosniff = 'X-Content-Type-Options: nosniff';
    const { headers, body } = await askWith(adapter, nosniff, 'Set-Cookie: a', nosniff, 'Set-Cookie: b');
    expect([headers[':status'], body]).toEqual([200, 'ok']);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['set-cookie']).toEqual(['a', 'b']);
  });

  test('two values: which one is meant is not ours to say, and the client is told', async () => {
    const { headers, code } = await askWith(adapter, 'X-Own: 1', 'Age: 1', 'Age: 2');
    expect([headers[':status'], headers['proxy-cause'], code]).toEqual([502, 'response_header_invalid', 0]);
    expect(headers).not.toHaveProperty('x-own');
    expect(headers).not.toHaveProperty('age');
  });
});
