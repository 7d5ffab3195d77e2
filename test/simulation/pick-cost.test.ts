import { afterAll, expect, test } from 'vitest';
import type { Pool } from '../../src/backends/pool.ts';
import type { BalanceSettings } from '../../src/engine/settings.ts';
import type { Exchange } from '../../src/engine/types.ts';
import { fakeBackend, trip } from '../support/fake-backend.ts';
import { addAttempt, fakeExchange } from '../support/fake-exchange.ts';
import { fakePool } from '../support/fake-pool.ts';
import { seededRandom } from '../support/fake-random.ts';
import { tableText } from '../support/fake-traffic.ts';

const COUNTS = [10, 100, 1_000, 10_000];
/**
 * A scan would cost a thousand times as much. Caches that no longer hold everything cost up to 10 times, and more where
 * others on the machine use them too (17 times seen).
 */
const MOST_GROWTH = 50;
const NOW = 1_000;

interface Case {
  readonly name: string;
  readonly balance: BalanceSettings;
  /** Unequal weights. */
  readonly weights?: boolean;
  /** Every second one is out by its breaker. */
  readonly halfOut?: boolean;
  /** The exchange has tried two. */
  readonly retry?: boolean;
}

const CASES: readonly Case[] = [
  { name: 'peak-ewma', balance: 'peak-ewma' },
  { name: 'peak-ewma, weights', balance: 'peak-ewma', weights: true },
  { name: 'peak-ewma, half out', balance: 'peak-ewma', halfOut: true },
  { name: 'peak-ewma, retry', balance: 'peak-ewma', retry: true },
  { name: 'least-pending', balance: 'least-pending' },
  { name: 'round-robin, weights', balance: 'round-robin', weights: true },
  { name: 'round-robin, half out', balance: 'round-robin', halfOut: true },
  { name: 'hash', balance: { hash: ({ id }) => id } },
  { name: 'hash, half out', balance: { hash: ({ id }) => id }, halfOut: true },
];

const rows: string[][] = [['ns per pick', ...COUNTS.map((count) => count.toLocaleString('en'))]];

afterAll(() => console.log(tableText(rows)));

function poolOf(count: number, { balance, weights, halfOut }: Case): Pool {
  const backends = Array.from({ length: count }, (_, index) =>
    fakeBackend(`b${index}`, { weight: weights ? 1 + (index % 3) : 1 }),
  );
  const pool = fakePool(backends, { balance, random: seededRandom(1) });
  backends.forEach((backend, index) => {
    backend.latency.observe(5 + (index % 10), NOW);
    if (halfOut && index % 2 === 0) trip(backend);
  });
  return pool;
}

/** CPU time is counted in steps of some milliseconds: a round takes many of them. */
const ROUND_MS = 60;

/** CPU time, and the best of several rounds: what others on the machine take is no cost of ours. */
function nsPerPick(pool: Pool, { retry }: Case): number {
  const exchanges = Array.from({ length: 256 }, (_, index) =>
    fakeExchange({ id: `request ${index * 7_919}` }),
  );
  if (retry) {
    for (const exchange of exchanges) {
      for (const { target } of pool.backends.slice(0, 2)) addAttempt(exchange, { target });
    }
  }
  return Math.min(...Array.from({ length: 4 }, () => runRound(pool, exchanges)));
}

function runRound(pool: Pool, exchanges: readonly Exchange[]): number {
  const started = process.threadCpuUsage();
  let picks = 0;
  let usedMs = 0;
  while (usedMs < ROUND_MS) {
    for (let i = 0; i < 16; i += 1) for (const exchange of exchanges) pool.choose(exchange, NOW);
    picks += 16 * exchanges.length;
    const { user, system } = process.threadCpuUsage(started);
    usedMs = (user + system) / 1e3;
  }
  return (usedMs * 1e6) / picks;
}

test.each(CASES)('$name costs about the same among 10 and 10,000', (one) => {
  const costs = COUNTS.map((count) => nsPerPick(poolOf(count, one), one));
  rows.push([one.name, ...costs.map((ns) => ns.toFixed(0))]);
  expect((costs.at(-1) ?? Infinity) / (costs[0] ?? 0)).toBeLessThan(MOST_GROWTH);
});
