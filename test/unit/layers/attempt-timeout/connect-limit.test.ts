import { expect, test } from 'vitest';
import { ConnectLimit } from '../../../../src/layers/attempt-timeout/connect-limit.ts';
import { fakeTarget } from '../../../support/fake-exchange.ts';

const [a, b] = [fakeTarget('a'), fakeTarget('b')];

function made(count: number, ms: number): ConnectLimit {
  const limit = new ConnectLimit();
  for (let i = 0; i < count; i += 1) limit.made(ms, a);
  return limit;
}

test('with fewer than twenty connections nothing is known', () => {
  expect([made(19, 5).ms, made(20, 5).ms]).toEqual([Infinity, 250]);
});

test('steady connecting gives about twice its time, and at least a quarter of a second', () => {
  expect(made(50, 300).ms).toBeGreaterThan(600);
  expect(made(50, 300).ms).toBeLessThan(620);
});

test('where times differ, it leaves room', () => {
  const limit = new ConnectLimit();
  for (let i = 0; i < 100; i += 1) limit.made(i % 2 === 0 ? 20 : 400, a);
  expect(limit.ms).toBeGreaterThan(1_000);
});

test('doubles with each one that is given up, and comes back with the next that is made', () => {
  const limit = made(20, 5);
  const seen = [0, 1, 2].map(() => {
    limit.givenUp(b);
    return limit.ms;
  });
  limit.made(5, a);
  expect([...seen, limit.ms]).toEqual([500, 1_000, 2_000, 250]);
});

test('after three in a row it holds no longer for that backend, until it has connected', () => {
  const limit = made(20, 5);
  for (let i = 0; i < 3; i += 1) {
    expect(limit.holdsFor(b)).toBe(true);
    limit.givenUp(b);
  }
  limit.made(5, a);
  expect([limit.holdsFor(a), limit.holdsFor(b)]).toEqual([true, false]);
  limit.made(5, b);
  expect(limit.holdsFor(b)).toBe(true);
});
