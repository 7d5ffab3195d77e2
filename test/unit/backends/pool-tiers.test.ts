import { expect, test } from 'vitest';
import { fakeBackend, SUCCEEDED, trip } from '../../support/fake-backend.ts';
import { addAttempt, fakeExchange } from '../../support/fake-exchange.ts';
import { fakePool } from '../../support/fake-pool.ts';

const NOW = 1_000;

function setUp() {
  const upper = [fakeBackend('u0', { limit: 1 }), fakeBackend('u1', { limit: 1 })] as const;
  const lower = fakeBackend('l', { tier: 2 });
  const last = fakeBackend('z', { tier: 7 });
  // In any order: the numbers decide.
  const pool = fakePool([last, upper[0], lower, upper[1]]);
  return { pool, upper, lower, last, choose: () => pool.choose(fakeExchange(), NOW)?.target.name };
}

test('while the upper tier can, it gets everything', () => {
  const { choose } = setUp();
  for (let i = 0; i < 50; i += 1) expect(choose()).toMatch(/^u/);
});

test('the next one is used while all of the upper one are out', () => {
  const { choose, upper, lower } = setUp();
  trip(upper[0]);
  expect(choose()).toBe('u1');
  upper[1].setHealth(false, 'connection_refused', NOW);
  expect(choose()).toBe('l');
  lower.drain('by_hand', NOW);
  expect(choose()).toBe('z');
  lower.restore('by_hand', NOW);
  upper[1].setHealth(true, undefined, NOW);
  expect(choose()).toBe('u1');
});

test('and while all of the upper one are full', () => {
  const { choose, upper } = setUp();
  const passes = upper.map((backend) => backend.enter(NOW));
  expect(choose()).toBe('l');
  passes[0]?.settle(SUCCEEDED, NOW);
  expect(choose()).toBe('u0');
});

test('another attempt goes down when the upper tier was tried', () => {
  const { pool, upper, lower } = setUp();
  const exchange = fakeExchange();
  for (const { target } of upper) addAttempt(exchange, { target });
  expect(pool.choose(exchange, NOW)).toBe(lower);
});

test('a tier can change while the pool runs', () => {
  const { choose, lower, pool } = setUp();
  lower.tier = -1;
  pool.resettle(lower);
  expect(choose()).toBe('l');
});

test('a backend that left is not chosen, even if it changes once more', () => {
  const { choose, last, lower, pool, upper } = setUp();
  for (const backend of [...upper, last]) pool.leave(backend, 'by_hand', NOW);
  upper[0].setHealth(false, undefined, NOW);
  upper[0].setHealth(true, undefined, NOW);
  expect([choose(), pool.backends, pool.rotation.tiers.length]).toEqual(['l', [lower], 1]);
});

test('a weight can change as well, also on a hash ring', () => {
  const backends = [fakeBackend('a'), fakeBackend('b')] as const;
  const pool = fakePool(backends, { balance: { hash: ({ id }) => id } });
  const shareOfA = (): number => {
    const picks = Array.from({ length: 1_000 }, (_, key) => pool.choose(fakeExchange({ id: `${key}` }), NOW));
    return picks.filter((backend) => backend === backends[0]).length / 1_000;
  };
  expect(shareOfA()).toBeLessThan(0.65);
  backends[0].weight = 9;
  pool.resettle(backends[0]);
  expect(shareOfA()).toBeGreaterThan(0.8);
});
