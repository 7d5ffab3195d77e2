import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { closedPort, startBackend, startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { median, until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

describe.each(ADAPTERS)('all backends dead, %s', (adapter) => {
  test('failures are fast, open no connection, and name the cause beneath', async () => {
    const dead = [await closedPort(), await closedPort()].map((port) => `http://127.0.0.1:${port}`);
    const gateway = await startGateway(adapter, {
      backends: dead,
      breaker: { openMs: 60_000, maxOpenMs: 60_000 },
    });
    const open = new Set<string>();
    gateway.gateway.on('breaker', ({ backend, state }) => void (state === 'open' && open.add(backend)));
    await Promise.all(Array.from({ length: 64 }, () => send(gateway.url)));
    await until('open breakers', () => open.size === 2);

    let attempts = 0;
    gateway.gateway.on('attempt', () => void (attempts += 1));
    const times: number[] = [];
    for (let i = 0; i < 50; i += 1) {
      const sent = await send(gateway.url);
      times.push(sent.ms);
      const problem = expectFailure(sent, 'circuit_open');
      expect(problem['underlying']).toEqual(['connection_refused']);
      expect(problem['detail']).toContain('connection_refused');
      expect(problem['attemptCount']).toBe(0);
      expect(Number(sent.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(problem['backends']).toHaveLength(2);
    }
    expect(median(times)).toBeLessThan(5);
    expect(attempts).toBe(0);
  });

  test('after an outage of 3 s service is back within 2 s', async () => {
    const first = [await startNamed('a'), await startNamed('b')] as const;
    const gateway = await startGateway(adapter, { backends: first.map(({ url }) => url) });
    expect((await send(gateway.url)).status).toBe(200);
    await Promise.all(first.map((backend) => backend.close()));

    const outageEnds = performance.now() + 3_000;
    while (performance.now() < outageEnds) {
      expectFailureOfAnOutage((await send(gateway.url)).headers['proxy-cause']);
      await sleep(10);
    }
    await Promise.all(
      first.map(({ port }) => startBackend((_request, response) => response.end('back'), { port })),
    );
    const backAt = performance.now();
    let status = 0;
    while (status !== 200) {
      status = (await send(gateway.url)).status;
      expect(performance.now() - backAt).toBeLessThan(2_000);
      if (status !== 200) await sleep(10);
    }
  });
});

test('a thousand backends that are all out are as fast to say so', async () => {
  const port = await closedPort();
  const backends = Array.from({ length: 1_000 }, (_, index) => ({
    url: `http://127.0.0.1:${port}`,
    name: `b${index}`,
  }));
  const gateway = await startGateway('node', { backends });
  await Promise.all(backends.map(({ name }) => gateway.gateway.backends.drain(name)));
  const times: number[] = [];
  for (let i = 0; i < 50; i += 1) {
    const sent = await send(gateway.url);
    times.push(sent.ms);
    const problem = expectFailure(sent, 'no_healthy_backend');
    expect(problem['backends']).toHaveLength(100);
    expect(problem['remedy']).toContain('900 more backends are not listed.');
  }
  expect(median(times)).toBeLessThan(5);
});

function expectFailureOfAnOutage(cause: unknown): void {
  expect(['connection_refused', 'circuit_open', 'stale_connection']).toContain(cause);
}

test('requests open no connection while the breaker is open, counted at the backend', async () => {
  const backend = await startBackend((request) => void request.socket.destroy());
  const gateway = await startGateway('node', {
    backends: [backend.url],
    breaker: { openMs: 60_000, maxOpenMs: 60_000 },
    retry: false,
  });
  for (let i = 0; i < 5; i += 1) await send(gateway.url);
  const before = backend.accepted();
  for (let i = 0; i < 50; i += 1) {
    const problem = expectFailure(await send(gateway.url), 'circuit_open');
    expect(problem['underlying']).toEqual(['closed_before_response']);
  }
  expect(backend.accepted()).toBe(before);
});
