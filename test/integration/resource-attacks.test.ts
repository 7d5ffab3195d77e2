import type { Socket } from 'node:net';
import { constants } from 'node:http2';
import { describe, expect, test } from 'vitest';
import { closedPort, type LiveBackend, startBackend } from '../support/live-backend.ts';
import { rawSocket, send, sendRaw } from '../support/live-client.ts';
import { ADAPTERS, type LiveGateway, startGateway } from '../support/live-gateway.ts';
import { openStream, startHttp2Front } from '../support/live-http2-front.ts';
import { until } from '../support/live-measure.ts';

const ATTACKERS = 40;
/** Fewer: before they are slow, megabytes go into the buffers of the system for each. */
const SLOW_READERS = 8;
/** As many places as there are attackers: one that is not given back is missed. */
const LIMITS = { perBackend: ATTACKERS, queue: 0 };
/** Opens for anything that is held against the backend. */
const TOUCHY = { consecutiveFailures: 1, minRequests: 1, failureRate: 0.01 };
const UPLOAD = 'POST /upload HTTP/1.1\r\nHost: a\r\n';

/** Answers, reads uploads to their end, and sends without end what is asked for as /endless. */
function startPatient(): Promise<LiveBackend> {
  return startBackend((request, response) => {
    if (request.url !== '/endless') return void request.resume().on('end', () => response.end('ok'));
    const pump = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', pump);
    pump();
  });
}

/** What became of the exchanges, and of the breaker. */
function watch({ gateway }: LiveGateway) {
  const causes: unknown[] = [];
  const changes: string[] = [];
  gateway.on('exchange', ({ cause }) => void causes.push(cause));
  gateway.on('breaker', ({ state }) => void changes.push(state));
  return { causes, changes };
}

/** All at the same time; they stay until the test is over. */
function attack(port: number, bytes: string, count = ATTACKERS): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = rawSocket(port).on('error', () => undefined);
    socket.write(bytes, 'latin1');
    return socket;
  });
}

const heldBy = ({ sockets }: LiveGateway): number => {
  return [...sockets].reduce((sum, { writableLength }) => sum + writableLength, 0);
};

describe.each(ADAPTERS)('attacks on resources, %s', (adapter) => {
  async function start(timeouts: object = {}, limits: object = {}) {
    const backend = await startPatient();
    const gateway = await startGateway(adapter, {
      backends: [backend.url],
      limits: { ...LIMITS, ...limits },
      timeouts,
      breaker: TOUCHY,
      retry: false,
    });
    return { backend, gateway, ...watch(gateway) };
  }

  async function expectUnharmed(
    { gateway, backend, changes }: Awaited<ReturnType<typeof start>>,
    attackers: readonly Socket[],
  ): Promise<void> {
    expect(changes).toEqual([]);
    const all = await Promise.all(Array.from({ length: ATTACKERS }, () => send(gateway.url)));
    expect(all.map(({ status }) => status)).toEqual(Array(ATTACKERS).fill(200));
    for (const socket of attackers) socket.destroy();
    await until('no client is left', () => gateway.sockets.size === 0);
    expect(backend.sockets.size).toBeLessThanOrEqual(ATTACKERS);
  }

  test('slow heads cost nothing but a connection', async () => {
    const rig = await start();
    const attackers = attack(rig.gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    await until('all are connected', () => rig.gateway.sockets.size === ATTACKERS);
    expect((await send(rig.gateway.url)).status).toBe(200);
    expect([rig.backend.requests.length, rig.causes.length]).toEqual([1, 1]);
    await expectUnharmed(rig, attackers);
  });

  test('slow bodies are given up after requestBodyMs, and give their places back', async () => {
    const rig = await start({ requestBodyMs: 150 });
    const attackers = attack(rig.gateway.port, `${UPLOAD}Content-Length: 100000\r\n\r\na`);
    await until('all are under way', () => rig.backend.requests.length === ATTACKERS);
    expect((await send(rig.gateway.url)).headers['proxy-cause']).toBe('pool_saturated');
    await until('all are given up', () => rig.causes.length === ATTACKERS + 1);
    expect(new Set(rig.causes)).toEqual(new Set(['pool_saturated', 'request_body_timeout']));
    await expectUnharmed(rig, attackers);
  });

  test('slow readers are given up after idleMs, and no more than a little is kept for them', async () => {
    const rig = await start({ idleMs: 500 });
    const attackers = attack(rig.gateway.port, 'GET /endless HTTP/1.1\r\nHost: a\r\n\r\n', SLOW_READERS);
    for (const socket of attackers) socket.pause();
    let most = 0;
    await until('all are given up', () => {
      most = Math.max(most, heldBy(rig.gateway));
      return rig.causes.length === SLOW_READERS;
    });
    expect(new Set(rig.causes)).toEqual(new Set(['client_aborted']));
    expect(most).toBeGreaterThan(0);
    expect(most / SLOW_READERS).toBeLessThan(300_000);
    await expectUnharmed(rig, attackers);
  });

  test('uploads without end are refused with 413 once they are over requestBytes', async () => {
    const rig = await start({}, { requestBytes: 100_000 });
    const attackers = attack(rig.gateway.port, `${UPLOAD}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const replies = attackers.map((socket) => {
      let text = '';
      socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
      const pump = (): void => {
        while (socket.writable && socket.write(chunk));
      };
      socket.on('drain', pump);
      pump();
      return () => text;
    });
    await until('all are refused', () => rig.causes.length === ATTACKERS);
    await until('all are closed', () => rig.gateway.sockets.size === 0);
    expect(new Set(rig.causes)).toEqual(new Set(['request_rejected']));
    const answered = replies.map((text) => text()).filter((text) => text !== '');
    expect(answered.length).toBeGreaterThan(0);
    for (const text of answered) expect(text).toMatch(/^HTTP\/1\.1 413 [\s\S]*\r\nConnection: close\r\n/);
    await expectUnharmed(rig, attackers);
  });

  test('requests without end on one connection, and no patience for responses: it is closed', async () => {
    const backend = await startBackend((request, response) => {
      if (request.url === '/ok') response.end('ok');
    });
    const gateway = await startGateway(adapter, { backends: [backend.url], breaker: TOUCHY });
    const { changes } = watch(gateway);
    const request = 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n';
    const patient = rawSocket(gateway.port);
    patient.write(request.repeat(100));
    await until('the first of a hundred', () => backend.requests.length === 1);
    const { text } = await sendRaw(gateway.port, request.repeat(10_000));
    expect(text).toBe('');
    expect(backend.requests.length).toBeLessThanOrEqual(2);
    expect(gateway.sockets.size).toBe(1);
    patient.destroy();
    await until('the backend is free', () => backend.sockets.size === 0);
    expect((await send(`${gateway.url}/ok`)).status).toBe(200);
    expect(changes).toEqual([]);
  });

  test('heads without end are refused by the server in front, and never come here', async () => {
    const rig = await start();
    const replies = await Promise.all([
      sendRaw(rig.gateway.port, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
      sendRaw(rig.gateway.port, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`),
      sendRaw(rig.gateway.port, `GET / HTTP/1.1\r\nHost: a\r\n${'x:y\r\n'.repeat(3_000)}\r\n`),
    ]);
    for (const { text } of replies) expect(text).toMatch(/^HTTP\/1\.1 431 /);
    expect(rig.backend.requests).toEqual([]);
    await expectUnharmed(rig, []);
  });
});

test('streams that are opened and reset at once cost the backend nothing for long (CVE-2023-44487)', async () => {
  const backend = await startBackend((request, response) => {
    if (request.url === '/ok') response.end('ok');
  });
  const options = { backends: [backend.url], limits: LIMITS, breaker: TOUCHY, retry: false } as const;
  const front = await startHttp2Front('node', options);
  const causes: unknown[] = [];
  const changes: string[] = [];
  front.gateway.on('exchange', ({ cause }) => void causes.push(cause));
  front.gateway.on('breaker', ({ state }) => void changes.push(state));
  for (let round = 0; round < 10; round += 1) {
    for (let i = 0; i < ATTACKERS; i += 1) {
      const stream = openStream(front.session, { ':path': '/slow' });
      stream.end();
      // Once it is open; what Node has not sent yet would never be seen.
      const reset = (): void => void setImmediate(() => stream.close(constants.NGHTTP2_CANCEL));
      if (stream.pending) stream.once('ready', reset);
      else reset();
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await until('the backend is free', () => backend.sockets.size === 0);
  expect(causes.length).toBeGreaterThan(0);
  expect(new Set(causes)).not.toContain('gateway_error');
  expect(changes).toEqual([]);
  expect(front.logs).toEqual([]);
});

test('what clients send cannot break out of its line in headers or logs', async () => {
  const gateway = await startGateway('node', {
    backends: [{ url: `http://127.0.0.1:${await closedPort()}`, name: 'a"\\b' }],
    errors: { disclose: 'trusted' },
  });
  const target = '/%0d%0aSet-Cookie:%20x=1%00"\\<script>';
  for (const accept of ['application/json', 'text/html']) {
    const { text } = await sendRaw(
      gateway.port,
      `GET ${target} HTTP/1.1\r\nHost: a\r\nAccept: ${accept}\r\nX-Request-Id: "x\\\x80;y="\r\nConnection: close\r\n\r\n`,
    );
    const [head = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 502 /);
    for (const line of head.split('\r\n').slice(1)) expect(line).toMatch(/^[\w-]+: [\x20-\x7e]+$/);
    expect(head).not.toMatch(/^set-cookie/im);
    expect(text).not.toContain('<script>');
  }
});
