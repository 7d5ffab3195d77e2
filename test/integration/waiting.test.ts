import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { open, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

async function startHolding() {
  const held: ServerResponse[] = [];
  const backend = await startBackend((request, response) => {
    request.resume();
    held.push(response);
  });
  return { ...backend, held };
}

describe.each(ADAPTERS)('a backend with all its slots taken, %s', (adapter) => {
  test('requests wait in order and are served one by one', async () => {
    const backend = await startHolding();
    const gateway = await startGateway(adapter, {
      backends: [backend.url],
      limits: { perBackend: 1, queue: 10, queueMs: 5_000 },
    });
    const sent = [0, 1, 2].map((i) => send(`${gateway.url}/${i}`).then(({ status }) => status));
    for (let i = 0; i < 3; i += 1) {
      await until('a request', () => backend.held.length === i + 1);
      backend.held[i]?.end('ok');
    }
    expect(await Promise.all(sent)).toEqual([200, 200, 200]);
    expect(backend.accepted()).toBeLessThanOrEqual(2);
  });

  test('a full queue, and waiting too long, are refused with Retry-After', async () => {
    const backend = await startHolding();
    const gateway = await startGateway(adapter, {
      backends: [backend.url],
      limits: { perBackend: 1, queue: 1, queueMs: 200 },
    });
    const first = send(gateway.url);
    await until('a request', () => backend.held.length === 1);
    const second = send(gateway.url);
    await until('two clients', () => gateway.sockets.size === 2);
    const third = send(gateway.url);
    const refused = await Promise.race([second, third]);
    expectFailure(refused, 'pool_saturated');
    expect(refused.ms).toBeLessThan(150);
    const late = (await Promise.all([second, third])).find((sent) => sent !== refused);
    expect(late?.ms).toBeGreaterThan(195);
    if (late) expectFailure(late, 'pool_saturated');
    expect(Number(late?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    backend.held[0]?.end();
    expect((await first).status).toBe(200);
    expect(backend.requests).toHaveLength(1);
  });

  test('a client that leaves while it waits frees its place', async () => {
    const backend = await startHolding();
    const gateway = await startGateway(adapter, {
      backends: [backend.url],
      limits: { perBackend: 1, queue: 1, queueMs: 5_000 },
    });
    const first = send(gateway.url);
    await until('a request', () => backend.held.length === 1);
    const leaving = open(gateway.url);
    leaving.end();
    await until('two clients', () => gateway.sockets.size === 2);
    leaving.destroy();
    await until('one client', () => gateway.sockets.size === 1);
    const waiting = send(gateway.url);
    await until('two clients', () => gateway.sockets.size === 2);
    backend.held[0]?.end();
    await until('the one that waited', () => backend.held.length === 2);
    backend.held[1]?.end();
    expect([(await first).status, (await waiting).status]).toEqual([200, 200]);
  });
});
