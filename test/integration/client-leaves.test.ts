import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type LiveBackend, startBackend } from '../support/live-backend.ts';
import { begin, open, rawSocket, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { median, until } from '../support/live-measure.ts';

const ROUNDS = 20;

/** Never opens for what the clients of these tests do, else it would at once. */
const TOUCHY = { consecutiveFailures: 1, minRequests: 1, failureRate: 0.01 };

async function timeToClose(socket: Socket, leave: () => void): Promise<number> {
  const startedAt = performance.now();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  leave();
  await closed;
  return performance.now() - startedAt;
}

describe.each(ADAPTERS)('a client that leaves, %s', (adapter) => {
  async function expectNothingLeft(
    url: string,
    backend: LiveBackend,
    changes: readonly string[],
  ): Promise<void> {
    expect(changes).toEqual([]);
    expect((await send(`${url}/ok`)).status).toBe(200);
    await until('no busy connection', () => backend.sockets.size <= 1);
  }

  test('in the middle of a response: its backend connection is closed within 100 ms', async () => {
    const backend = await startBackend((request, response) => {
      if (request.url === '/ok') response.end('ok');
      else response.write('the first part');
    });
    const gateway = await startGateway(adapter, { backends: [backend.url], breaker: TOUCHY });
    const changes: string[] = [];
    const causes: unknown[] = [];
    gateway.gateway.on('breaker', ({ state }) => void changes.push(state));
    gateway.gateway.on('exchange', ({ cause }) => void causes.push(cause));
    const times: number[] = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      const { request, response } = await begin(`${gateway.url}/long`);
      await once(response, 'data');
      const socket = backend.requests.at(-1)?.socket as Socket;
      times.push(await timeToClose(socket, () => request.destroy()));
    }
    expect(median(times)).toBeLessThan(100);
    await until('all exchanges ended', () => causes.length === ROUNDS);
    expect(new Set(causes)).toEqual(new Set(['client_aborted']));
    await expectNothingLeft(gateway.url, backend, changes);
  });

  test('while the backend thinks: the same', async () => {
    const backend = await startBackend((request, response) => {
      if (request.url === '/ok') response.end('ok');
    });
    const gateway = await startGateway(adapter, { backends: [backend.url], breaker: TOUCHY });
    const changes: string[] = [];
    gateway.gateway.on('breaker', ({ state }) => void changes.push(state));
    const times: number[] = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      const request = open(`${gateway.url}/slow`);
      request.end();
      await until('a request', () => backend.requests.length === i + 1);
      times.push(await timeToClose(backend.requests[i]?.socket as Socket, () => request.destroy()));
    }
    expect(median(times)).toBeLessThan(100);
    await expectNothingLeft(gateway.url, backend, changes);
  });

  test('in the middle of an upload: the same', async () => {
    const backend = await startBackend((request, response) => {
      if (request.url === '/ok') response.end('ok');
      else request.resume();
    });
    const gateway = await startGateway(adapter, { backends: [backend.url], breaker: TOUCHY });
    const changes: string[] = [];
    gateway.gateway.on('breaker', ({ state }) => void changes.push(state));
    const times: number[] = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      const headers = { 'content-length': 1_000_000 };
      const request = open(`${gateway.url}/upload`, { method: 'POST', headers });
      request.write('some of it');
      await until('a request', () => backend.requests.length === i + 1);
      times.push(await timeToClose(backend.requests[i]?.socket as Socket, () => request.destroy()));
    }
    expect(median(times)).toBeLessThan(100);
    await expectNothingLeft(gateway.url, backend, changes);
  });

  test('with a pipelined second request: that one never begins', async () => {
    const backend = await startBackend((request, response) => {
      if (request.url === '/ok') response.end('ok');
    });
    const gateway = await startGateway(adapter, { backends: [backend.url], breaker: TOUCHY });
    const client = rawSocket(gateway.port);
    client.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
    await until('a request', () => backend.requests.length === 1);
    client.destroy();
    await until('no connection', () => backend.sockets.size === 0, 1_000);
    expect(backend.requests.map(({ url }) => url)).toEqual(['/1']);
  });

  test('a storm of 200 that leave at any time leaves nothing behind', async () => {
    const backend = await startBackend((request, response) => {
      if (request.url === '/ok') return void response.end('ok');
      request.resume();
      response.writeHead(200).write('x'.repeat(100_000));
    });
    const gateway = await startGateway(adapter, {
      backends: [backend.url],
      breaker: TOUCHY,
      limits: { perBackend: 50 },
    });
    const changes: string[] = [];
    gateway.gateway.on('breaker', ({ state }) => void changes.push(state));
    let ended = 0;
    gateway.gateway.on('exchange', () => void (ended += 1));
    const clients = Array.from({ length: 200 }, (_, i) => {
      const request = open(`${gateway.url}/storm`, { method: i % 2 === 0 ? 'GET' : 'POST' });
      request.write(i % 2 === 0 ? '' : 'part of a body');
      if (i % 4 === 0) request.end();
      return request;
    });
    await until('many at work', () => backend.requests.length >= 50);
    for (const client of clients) client.destroy();
    await until('all clients gone', () => gateway.sockets.size === 0);
    await until('no connection left at the backend', () => backend.sockets.size === 0);
    expect(ended).toBeGreaterThan(0);
    // Every slot is free again: as many as ever fit at once.
    const again = await Promise.all(Array.from({ length: 50 }, () => send(`${gateway.url}/ok`)));
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([200]));
    expect(changes).toEqual([]);
  });
});
