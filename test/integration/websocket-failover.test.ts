import { once } from 'node:events';
import type { GatewayOptions } from 'causeway-proxy';
import { describe, expect, test } from 'vitest';
import { closedPort, startBackend } from '../support/live-backend.ts';
import { rawSocket } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';
import { handshake, readResponseOn } from '../support/live-upgrade.ts';
import {
  closeCodeOf,
  messageOn,
  openWebSocket,
  startWebSockets,
  WebSocket,
} from '../support/live-websocket.ts';

async function deadUrl(): Promise<string> {
  return `http://127.0.0.1:${await closedPort()}`;
}

describe.each(ADAPTERS)('%s', (adapter) => {
  test('with one backend of two dead, 100 of 100 handshakes succeed', async () => {
    const live = await startWebSockets();
    const gateway = await startGateway(adapter, { backends: [await deadUrl(), live.url] });
    for (let i = 0; i < 100; i += 1) {
      const socket = await openWebSocket(gateway.url);
      socket.send(`${i}`);
      expect(await messageOn(socket)).toBe(`${i}`);
      socket.terminate();
    }
    expect(live.requests).toHaveLength(100);
  });

  test('with all backends dead, the answer says why, and how often it was tried', async () => {
    const gateway = await startGateway(adapter, { backends: [await deadUrl(), await deadUrl()] });
    const socket = rawSocket(gateway.port);
    socket.write(handshake());
    const problem = expectFailure(await readResponseOn(socket), 'connection_refused');
    expect(problem).toMatchObject({ attemptCount: 2, stopped: 'no_other_backend', retryable: true });
  });
});

test('a client learns from the 101 that it was rescued', async () => {
  const live = await startWebSockets();
  const dead = await deadUrl();
  async function attemptsOf(backends: GatewayOptions['backends']): Promise<string | undefined> {
    const gateway = await startGateway('node', { backends });
    const socket = rawSocket(gateway.port);
    socket.write(handshake());
    const [head] = (await once(socket, 'data')) as [Buffer];
    return /^Proxy-Attempts: (\d)/m.exec(head.toString())?.[1];
  }
  expect(await attemptsOf([live.url])).toBe(undefined);
  expect(await attemptsOf([dead, { url: live.url, tier: 1 }])).toBe('2');
});

test('a handshake that one backend answers with 503, or not at all, goes to another one', async () => {
  const live = await startWebSockets();
  const busy = await startBackend((_request, response) => void response.writeHead(503).end());
  const rude = await startBackend((request) => void request.socket.destroy());
  const gateway = await startGateway('node', {
    backends: [busy.url, rude.url, live.url],
    balance: 'round-robin',
    retry: { budget: { minPerSecond: 1_000 } },
  });
  for (let i = 0; i < 20; i += 1) (await openWebSocket(gateway.url)).terminate();
  expect(live.requests).toHaveLength(20);
  expect(busy.requests.length + rude.requests.length).toBeGreaterThan(0);
});

test('a dead backend is left alone after a few handshakes: they count for its breaker', async () => {
  const live = await startWebSockets();
  const gateway = await startGateway('node', {
    backends: [await deadUrl(), live.url],
    balance: 'round-robin',
    breaker: { consecutiveFailures: 2, openMs: 60_000, maxOpenMs: 60_000 },
  });
  let failures = 0;
  gateway.gateway.on('attempt', ({ cause }) => (failures += cause === 'connection_refused' ? 1 : 0));
  for (let i = 0; i < 50; i += 1) (await openWebSocket(gateway.url)).terminate();
  expect(failures).toBe(2);
});

describe.each(['reset', 'closed'])('when a backend dies (%s)', (how) => {
  test('its clients see 1006, others go on, and new ones go to another backend', async () => {
    const [a, b] = [await startWebSockets(), await startWebSockets()];
    const gateway = await startGateway('node', { backends: [a.url, b.url], balance: 'round-robin' });
    const sockets: WebSocket[] = [];
    while (a.requests.length < 5 || b.requests.length < 5) sockets.push(await openWebSocket(gateway.url));
    const onA = a.requests.length;
    const onB = b.requests.length;
    const codes: number[] = [];
    for (const socket of sockets) void closeCodeOf(socket).then((code) => codes.push(code));

    if (how === 'reset') for (const socket of a.sockets) socket.resetAndDestroy();
    await a.close();
    await until('they know', () => codes.length === onA);
    expect(new Set(codes)).toEqual(new Set([1006]));

    const left = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN);
    expect(left).toHaveLength(onB);
    for (const [index, socket] of left.entries()) {
      socket.send(`still ${index}`);
      expect(await messageOn(socket)).toBe(`still ${index}`);
    }
    for (let i = 0; i < 20; i += 1) await openWebSocket(gateway.url);
    expect(b.requests).toHaveLength(onB + 20);
  });
});

test('a backend that comes back gets handshakes again', async () => {
  const other = await startWebSockets();
  const first = await startWebSockets();
  const gateway = await startGateway('node', {
    backends: [first.url, other.url],
    balance: 'round-robin',
    breaker: { openMs: 20 },
  });
  await first.close();
  for (let i = 0; i < 20; i += 1) await openWebSocket(gateway.url);
  const again = await startWebSockets(undefined, { port: first.port });
  while (again.requests.length === 0) await openWebSocket(gateway.url);
  expect(again.clients.size).toBe(1);
});
