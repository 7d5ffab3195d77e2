import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startBackend, startRaw } from '../support/live-backend.ts';
import { begin, readRaw, readResponse, send, sendRaw } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';

const PART = 'x'.repeat(1_000);

/** How the body is framed, and what of it comes before the end. */
const FRAMINGS = {
  'content-length': `Content-Length: 5000\r\n\r\n${PART}`,
  chunked: `Transfer-Encoding: chunked\r\n\r\n3e8\r\n${PART}\r\n`,
  'content-length, closing': `Connection: close\r\nContent-Length: 5000\r\n\r\n${PART}`,
  'chunked, closing': `Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n${PART}\r\n`,
  'a chunk cut in two': `Transfer-Encoding: chunked\r\n\r\nfff\r\n${PART}`,
} as const;

const DEATHS: Record<string, (socket: Socket) => void> = {
  FIN: (socket) => void socket.end(),
  RST: (socket) => void socket.resetAndDestroy(),
};

const CASES = Object.entries(FRAMINGS).flatMap(([framing, bytes]) =>
  Object.entries(DEATHS).map(([death, die]) => [framing, death, bytes, die] as const),
);

/** Sends the head and a part of the body, and dies when the test says so. */
async function startDying(bytes: string, die: (socket: Socket) => void) {
  let victim: Socket | undefined;
  const backend = await startRaw((socket) => {
    victim = socket;
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${bytes}`);
  });
  return { url: backend.url, die: () => victim && die(victim) };
}

describe.each(ADAPTERS)('a backend that dies mid-body, %s', (adapter) => {
  test.each(CASES)('%s, %s: the client sees a truncated response', async (_framing, _death, bytes, die) => {
    const backend = await startDying(bytes, die);
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const causes: unknown[] = [];
    gateway.gateway.on('exchange', ({ cause }) => void causes.push(cause));
    const { response } = await begin(gateway.url);
    response.once('data', backend.die);
    const { body, complete } = await readResponse(response);
    expect(response.statusCode).toBe(200);
    expect(complete).toBe(false);
    expect(PART.startsWith(body.toString())).toBe(true);
    await turn();
    expect(causes).toEqual(['response_truncated']);
  });

  test.each(CASES)('%s, %s: so does one whose head and end came together', async (_f, _d, bytes, die) => {
    const backend = await startRaw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${bytes}`, () => die(socket));
    });
    const gateway = await startGateway(adapter, { backends: [backend.url], retry: false });
    const reply = await sendRaw(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    // The reset may have overtaken the head: then it is a failure like any other.
    expect(reply.text).toMatch(/^HTTP\/1\.1 (200|502) |^$/);
    if (!reply.text.includes(' 200 ')) return;
    expect(reply.text).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(reply.text).not.toContain('Not Found');
    expect(reply.text.split('\r\n\r\n')[1] ?? '').not.toHaveLength(5_000);
  });

  test.each(CASES)('%s, %s: an HTTP/1.0 client sees a reset', async (_framing, _death, bytes, die) => {
    const backend = await startDying(bytes, die);
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const socket = connect({ host: '127.0.0.1', port: gateway.port });
    socket.write('GET / HTTP/1.0\r\nHost: a\r\n\r\n');
    const reply = readRaw(socket);
    socket.once('data', backend.die);
    const { text, reset } = await reply;
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(text).not.toContain('Not Found');
    expect(reset).toBe(true);
  });

  test('a chunk size that is none: broken off, and named so', async () => {
    const backend = await startDying(`Transfer-Encoding: chunked\r\n\r\n3e8\r\n${PART}\r\n`, (socket) =>
      socket.write('zz\r\nhello\r\n'),
    );
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const causes: unknown[] = [];
    gateway.gateway.on('exchange', ({ cause }) => void causes.push(cause));
    const { response } = await begin(gateway.url);
    response.once('data', backend.die);
    const { body, complete } = await readResponse(response);
    expect(complete).toBe(false);
    expect(body.toString()).toBe(PART);
    await turn();
    expect(causes).toEqual(['response_coding_error']);
  });

  test('a body that ends with the connection is complete when that closes', async () => {
    const backend = await startRaw((socket) => void socket.end(`HTTP/1.1 200 OK\r\n\r\n${PART}`));
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const whole = await send(gateway.url);
    expect([whole.complete, whole.body.toString()]).toEqual([true, PART]);
  });

  test('a body that ends with the connection is truncated when that is reset', async () => {
    const backend = await startDying(`\r\n${PART}`, (socket) => void socket.resetAndDestroy());
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const { response } = await begin(gateway.url);
    response.once('data', backend.die);
    expect((await readResponse(response)).complete).toBe(false);
  });

  test('the client connection after a whole response lives on, after a broken one it does not', async () => {
    const backend = await startBackend((request, response) => {
      if (request.url === '/whole') return void response.end('whole');
      response.writeHead(200, { 'content-length': 10 }).write('half');
      setImmediate(() => response.destroy());
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const reply = await sendRaw(
      gateway.port,
      'GET /whole HTTP/1.1\r\nHost: a\r\n\r\nGET /half HTTP/1.1\r\nHost: a\r\n\r\nGET /whole HTTP/1.1\r\nHost: a\r\n\r\n',
    );
    expect(reply.text.match(/whole/g)).toHaveLength(1);
  });
});

// Only a TCP socket can be reset: this is how nginx talks to an app by default.
test(
  'behind a Unix socket, an HTTP/1.0 client sees a broken connection as well',
  { timeout: 5_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'gateway.sock');
    const backend = await startDying(
      `Content-Length: 5000\r\n\r\n${PART}`,
      (socket) => void socket.destroy(),
    );
    await startGateway('node', { backends: [backend.url] }, { listenOn: { path } });
    const socket = connect({ path });
    socket.write('GET / HTTP/1.0\r\nHost: a\r\n\r\n');
    const reply = readRaw(socket);
    socket.once('data', backend.die);
    const { text } = await reply;
    expect(text).toContain('Content-Length: 5000');
    expect(text).not.toContain('x'.repeat(5_000));
  },
);
