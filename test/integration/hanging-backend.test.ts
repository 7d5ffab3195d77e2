import { Agent } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { GatewayOptions, TimeoutOptions } from 'causeway-proxy';
import { type LiveBackend, startBackend } from '../support/live-backend.ts';
import { type Sent, send, type SendOptions } from '../support/live-client.ts';
import { type LiveGateway, startGateway } from '../support/live-gateway.ts';

const CLIENTS = 16;
const LEARNT = 1_600;
/** Of the whole route, where nobody waits for it, and where somebody does. */
const CONFIGURED_MS = 5_000;
const AWAITED_MS = 1_500;
/** How late a coarse timer may be. */
const GRAIN_MS = 20;

interface Trouble {
  readonly backends: readonly LiveBackend[];
  readonly gateway: LiveGateway;
  /** The p99 of requests while all was well. */
  readonly healthyMs: number;
  readonly limitMs: number;
}

/** Three backends; once the gateway knows how fast they are, the first hangs on every other request. */
async function startHanging(
  timeouts: TimeoutOptions,
  options: Partial<GatewayOptions> = {},
): Promise<Trouble> {
  let hangs = false;
  let count = 0;
  const backends = await Promise.all(
    [0, 1, 2].map((place) =>
      startBackend((request, response) => {
        request.resume();
        if (place === 0 && hangs && (count += 1) % 2 === 0) return;
        setTimeout(() => response.end('x'), 3 + 5 * Math.random());
      }),
    ),
  );
  const gateway = await startGateway('node', {
    backends: backends.map(({ url }) => url),
    // Whatever the method.
    timeouts: { firstByteMs: CONFIGURED_MS, key: ({ path }) => path, ...timeouts },
    ...options,
  });
  await load(`${gateway.url}/warming-up`, 10 * CLIENTS);
  const healthy = await load(gateway.url, timeouts.learned === false ? CLIENTS : LEARNT);
  hangs = true;
  const route = gateway.gateway.routeLimits().find((one) => one.route === '/');
  return { backends, gateway, healthyMs: p99Of(healthy), limitMs: route?.limitMs ?? NaN };
}

async function load(url: string, requests: number, options: SendOptions = {}): Promise<Sent[]> {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const all: Sent[] = [];
  const clients = Array.from({ length: CLIENTS }, async () => {
    for (let i = 0; i < requests / CLIENTS; i += 1) all.push(await send(url, { agent, ...options }));
  });
  await Promise.all(clients);
  return all;
}

function p99Of(sent: readonly Sent[]): number {
  const sorted = sent.map(({ ms }) => ms).sort((one, other) => one - other);
  return sorted[Math.floor(0.99 * sorted.length)] ?? NaN;
}

/** Answered by the first backend asked: healthy, while others hang, on a machine that may be busier by now. */
const isFirstTry = ({ headers }: Sent): boolean => headers['proxy-attempts'] === undefined;

const failed = (sent: readonly Sent[]) => sent.filter(({ status }) => status !== 200);

describe('one of three backends hangs on half of its requests', () => {
  test('with the learned limit and the usual balancing', async () => {
    const { gateway, healthyMs, limitMs } = await startHanging({});
    const sent = await load(gateway.url, 1_600);
    console.log('balanced: limit %i ms, p99 healthy %i ms, now %i ms', limitMs, healthyMs, p99Of(sent));
    expect(failed(sent)).toEqual([]);
    expect(limitMs).toBeLessThan(CONFIGURED_MS / 2);
    expect(p99Of(sent)).toBeLessThanOrEqual(limitMs + Math.max(healthyMs, p99Of(sent.filter(isFirstTry))));
  });

  test('in turn, where a sixth of requests hangs', async () => {
    const { gateway, healthyMs, limitMs } = await startHanging({}, { balance: 'round-robin' });
    const lag = monitorEventLoopDelay({ resolution: 10 });
    lag.enable();
    const sent = await load(gateway.url, 320);
    lag.disable();
    console.log('in turn: limit %i ms, p99 healthy %i ms, now %i ms', limitMs, healthyMs, p99Of(sent));
    expect(failed(sent)).toEqual([]);
    expect(p99Of(sent)).toBeGreaterThan(limitMs);
    const nowHealthyMs = Math.max(healthyMs, p99Of(sent.filter(isFirstTry)));
    // Clients, gateway and backends share a thread: while it does something else, all timers are late.
    const lateMs = GRAIN_MS + lag.percentile(99) / 1e6;
    expect(p99Of(sent)).toBeLessThanOrEqual(limitMs + lateMs + nowHealthyMs);
  });

  test('the configured limit alone is what they wait for', async () => {
    const { gateway } = await startHanging(
      { learned: false, firstByteMs: AWAITED_MS },
      { balance: 'round-robin' },
    );
    const sent = await load(gateway.url, 48);
    console.log('not learned: p99 %i ms', p99Of(sent));
    expect(p99Of(sent)).toBeGreaterThanOrEqual(AWAITED_MS);
  });

  test('a POST is never cut early, and never repeated', async () => {
    const { gateway, backends, limitMs } = await startHanging(
      { firstByteMs: AWAITED_MS },
      { balance: 'round-robin', breaker: false },
    );
    expect(limitMs).toBeLessThan(AWAITED_MS);
    const post = { method: 'POST', body: 'x' };
    const before = backends.map(({ requests }) => requests.length);
    const sent = await load(gateway.url, 48, post);
    const arrived = backends.map(({ requests }, place) => requests.length - (before[place] ?? 0));
    expect(arrived.reduce((sum, count) => sum + count)).toBe(48);
    const late = failed(sent);
    expect(late.length).toBe(8);
    for (const { ms, headers } of late) {
      expect(headers['proxy-cause']).toBe('first_byte_timeout');
      expect(ms).toBeGreaterThanOrEqual(AWAITED_MS - 1);
    }
  });
});
