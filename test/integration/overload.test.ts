import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { type Sent, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

const PRIORITY = 'x-priority';
const priority = ({ headers }: { headers: Readonly<Record<string, unknown>> }) => Number(headers[PRIORITY]);

const ask = (url: string, level: number) => send(url, { headers: { [PRIORITY]: String(level) } });

describe.each(ADAPTERS)('priorities in the queue, %s', (adapter) => {
  test('the most important goes first, and the least important goes', async () => {
    const held: ServerResponse[] = [];
    const served: unknown[] = [];
    const backend = await startBackend((request, response) => {
      served.push(request.headers[PRIORITY]);
      held.push(response);
    });
    const limits = { perBackend: 1, queue: 2, queueMs: 5_000, priority };
    const gateway = await startGateway(adapter, { backends: [backend.url], limits });
    const first = ask(gateway.url, 5);
    await until('the first', () => held.length === 1);
    const [low, middle, ...high] = [1, 4, 9, 7].map((level) => ask(gateway.url, level));
    // Two places for four: whoever comes first, it is the same two that have to go.
    for (const refused of [low, middle]) if (refused) expectFailure(await refused, 'pool_saturated');
    for (let i = 0; i < 3; i += 1) {
      await until('another one', () => held.length === i + 1);
      held[i]?.end('x');
    }
    for (const one of [first, ...high]) expect((await one).status).toBe(200);
    expect(served).toEqual(['5', '9', '7']);
  });
});

test('a priority that is none is the fault of the configuration, told once something has to wait', async () => {
  const held: ServerResponse[] = [];
  const backend = await startBackend((_request, response) => void held.push(response));
  const limits = { perBackend: 1, priority: () => 11 };
  const gateway = await startGateway('node', { backends: [backend.url], limits }, { expectErrors: true });
  const first = send(gateway.url);
  await until('the first', () => held.length === 1);
  expectFailure(await send(gateway.url), 'configuration_error');
  held[0]?.end('x');
  expect((await first).status).toBe(200);
});

test('with limits.admission, a backend that says 429 is spared', async () => {
  const backend = await startBackend((request, response) => {
    request.resume();
    response.writeHead(429).end('no');
  });
  const gateway = await startGateway('node', { backends: [backend.url], limits: { admission: true } });
  const sent: Sent[] = [];
  for (let i = 0; i < 120; i += 1) sent.push(await send(gateway.url));
  const refused = sent.filter(({ status }) => status === 502);
  expect(refused.length).toBeGreaterThan(50);
  for (const one of refused) expectFailure(one, 'pool_saturated');
  expect(refused[0]?.headers['retry-after']).toBe('1');
  expect(backend.requests.length).toBe(120 - refused.length);
  expect(sent.filter(({ status }) => status === 429)).toHaveLength(backend.requests.length);
});

test('with limits.adaptive, a backend gets no more at a time than it has shown it can take', async () => {
  let [busy, most] = [0, 0];
  const backend = await startBackend((request, response) => {
    request.resume();
    busy += 1;
    most = Math.max(most, busy);
    // Up to ten at a time at full speed.
    setTimeout(
      () => {
        busy -= 1;
        response.end('x');
      },
      20 * Math.max(1, busy / 10) ** 2,
    );
  });
  const limits = { adaptive: true, queueMs: 10_000 };
  const gateway = await startGateway('node', { backends: [backend.url], limits });
  const crowd = Array.from({ length: 60 }, async () => {
    for (let i = 0; i < 15; i += 1) expect((await send(gateway.url)).status).toBe(200);
  });
  await Promise.all(crowd);
  const [status] = gateway.gateway.backends.list();
  expect(most).toBeLessThan(60);
  expect(status?.limit).toBeLessThan(20);
  expect(status?.limit).toBeGreaterThanOrEqual(4);
});
