import { describe, expect, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { rawSocket, readRaw, sendRaw } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const SIZED = `${OK}Content-Length: 2\r\n\r\nok`;
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\nX-Sum: 1\r\n\r\n`;
const ASK = 'GET / HTTP/1.0\r\nHost: a\r\n\r\n';
const ASK_AND_KEEP = 'GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n';

describe.each(ADAPTERS)('clients of HTTP/1.0, %s', (adapter) => {
  async function start(answer: string) {
    const backend = await startRaw((socket) => void socket.write(answer));
    return startGateway(adapter, { backends: [backend.url] });
  }

  test.each([ASK, ASK_AND_KEEP])('get no chunks, but the end of the connection: %j', async (request) => {
    const { port } = await start(CHUNKED);
    const { text, reset } = await sendRaw(port, request);
    const [head = '', body] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).not.toMatch(/transfer-encoding|content-length|trailer/i);
    expect([body, reset]).toEqual(['ok', false]);
  });

  test('keep their connection only if they ask for it, and the length is known', async () => {
    const { port } = await start(SIZED);
    const once = await sendRaw(port, ASK);
    expect(once.text.endsWith('\r\n\r\nok')).toBe(true);
    const socket = rawSocket(port);
    const all = readRaw(socket);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.write(ASK_AND_KEEP);
    await until('the first response', () => text.endsWith('\r\n\r\nok'));
    expect(text).toMatch(/\r\nConnection: keep-alive\r\n/);
    socket.write(ASK);
    expect((await all).text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  });
});
