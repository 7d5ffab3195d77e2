import type { GatewayOptions } from 'causeway-proxy';
import { expect, test } from 'vitest';
import { startBackend, startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';

const REQUESTS = 500;
const SLOW_MS = 300;

/** One request in 25 takes long: a garbage collection, a cold cache, a neighbour. */
async function startShaky() {
  let turn = 0;
  return startBackend((_request, response) => {
    turn += 1;
    if (turn % 25 === 0) setTimeout(() => response.end('shaky'), SLOW_MS);
    else response.end('shaky');
  });
}

interface Tail {
  readonly p50: number;
  readonly p99: number;
  /** Attempts per request. */
  readonly load: number;
}

async function measure(hedge: boolean): Promise<Tail> {
  const [shaky, steady] = [await startShaky(), await startNamed('steady')];
  const options: GatewayOptions = {
    // The shaky one is the upper tier, asked first whatever the balancer learns: this is about the hedge.
    backends: [{ url: shaky.url }, { url: steady.url, tier: 1 }],
    timeouts: { learned: false },
    retry: { hedge },
  };
  const { url } = await startGateway('node', options);
  // What is usual has to be learned first.
  for (let i = 0; i < 200; i += 1) await send(url);
  const before = shaky.requests.length + steady.requests.length;
  const times: number[] = [];
  for (let i = 0; i < REQUESTS; i += 1) {
    const sent = await send(url);
    expect(sent.status).toBe(200);
    times.push(sent.ms);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * REQUESTS)] ?? NaN;
  const attempts = shaky.requests.length + steady.requests.length - before;
  return { p50: at(0.5), p99: at(0.99), load: attempts / REQUESTS };
}

test('a learned hedge cuts the tail of a backend that is slow now and then, for a small share of load', async () => {
  const [off, on] = [await measure(false), await measure(true)];
  const row = ({ p50, p99, load }: Tail): string =>
    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${load.toFixed(3)} attempts per request`;
  console.log(`hedging off: ${row(off)}\nhedging on:  ${row(on)}`);
  expect(off.p99).toBeGreaterThanOrEqual(SLOW_MS - 5);
  expect(on.p99).toBeLessThan(SLOW_MS / 2);
  expect(off.load).toBe(1);
  expect(on.load).toBeGreaterThan(1.03);
  expect(on.load).toBeLessThanOrEqual(1.2 + 0.05);
});
