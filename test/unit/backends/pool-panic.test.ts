import { expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import { breakerOf, failedWith, fakeBackend, SUCCEEDED, trip } from '../../support/fake-backend.ts';
import { addAttempt, fakeExchange } from '../../support/fake-exchange.ts';
import { fakePool, type FakePool } from '../../support/fake-pool.ts';
import { seededRandom } from '../../support/fake-random.ts';

const NOW = 1_000;

function setUp(out: number, given: FakePool = { panicThreshold: 0.5 }) {
  const backends = Array.from({ length: 4 }, (_, index) => fakeBackend(`b${index}`, { limit: 9 }));
  const pool = fakePool(backends, { random: seededRandom(2), ...given });
  for (const backend of backends.slice(0, out)) trip(backend);
  const names = (): string[] => {
    const picks = Array.from({ length: 200 }, () => pool.choose(fakeExchange(), NOW)?.target.name ?? 'none');
    return [...new Set(picks)].sort();
  };
  return { backends, pool, names };
}

test('at the threshold, only those in rotation are used', () => {
  expect(setUp(2).names()).toEqual(['b2', 'b3']);
});

test('below it, all are', () => {
  expect(setUp(3).names()).toEqual(['b0', 'b1', 'b2', 'b3']);
  expect(setUp(4).names()).toEqual(['b0', 'b1', 'b2', 'b3']);
});

test('unless it is off', () => {
  expect(setUp(3, {}).names()).toEqual(['b3']);
  expect(setUp(4, {}).names()).toEqual(['none']);
});

test('a breaker that is open neither refuses nor learns from it', () => {
  const { backends, pool } = setUp(4);
  const [backend] = backends as [Backend, ...Backend[]];
  pool.enter(backend, NOW)?.settle(failedWith('connection_refused'), NOW);
  pool.enter(backend, NOW)?.settle(SUCCEEDED, NOW);
  expect([breakerOf(backend).state, breakerOf(backend).probeAt, backend.pending]).toEqual(['open', 2_000, 0]);
});

test('probes go on', () => {
  const { backends, pool } = setUp(4);
  const probed = pool.choose(fakeExchange(), 2_000);
  expect(backends).toContain(probed);
  for (const backend of backends) pool.enter(backend, 2_000)?.answered(SUCCEEDED, 2_000, 1);
  expect(backends.map(({ standing }) => standing)).toEqual(Array(4).fill('available'));
});

test('those that drain or are full are not used', () => {
  const { backends, names } = setUp(4);
  backends[0]?.drain('by_hand', NOW);
  for (let i = 0; i < 9; i += 1) backends[1]?.enterAnyway(NOW);
  expect(names()).toEqual(['b2', 'b3']);
});

test('draining ones do not count, full ones count as well', () => {
  const { backends, pool } = setUp(0);
  backends.slice(0, 3).forEach((backend) => backend.drain('by_hand', NOW));
  expect(pool.rotation.isPanicking).toBe(false);
  for (let i = 0; i < 9; i += 1) backends[3]?.enter(NOW);
  expect(pool.rotation.isPanicking).toBe(false);
  backends[3]?.setHealth(false, undefined, NOW);
  expect(pool.rotation.isPanicking).toBe(true);
  backends[3]?.drain('by_hand', NOW);
  expect(pool.rotation.isPanicking).toBe(false);
});

test('another attempt goes to another one', () => {
  const { backends, pool } = setUp(4);
  const exchange = fakeExchange();
  for (const { target } of backends.slice(0, 3)) addAttempt(exchange, { target });
  expect(pool.elsewhere(exchange, NOW)).toBe('other');
  expect(pool.choose(exchange, NOW)).toBe(backends[3]);
});
