import { expect, test } from 'vitest';
import { failedWith, fakeBreaker, SUCCEEDED, tripBreaker } from '../../../support/fake-backend.ts';
import { seededRandom } from '../../../support/fake-random.ts';

test('doubles with each failed probe, up to the cap', () => {
  const breaker = fakeBreaker({ settings: { openMs: 1_000, maxOpenMs: 6_000 } });
  tripBreaker(breaker, 0);
  let now = 0;
  const waits: number[] = [];
  for (let i = 0; i < 6; i += 1) {
    const until = breaker.probeAt;
    waits.push(until - now);
    now = until;
    breaker.enter(now)?.settle(failedWith('connection_refused'), now);
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 6_000, 6_000, 6_000]);
});

test('varies by a tenth either way', () => {
  const random = seededRandom(1);
  const waits = Array.from({ length: 500 }, () => {
    const breaker = fakeBreaker({ random, now: 0 });
    tripBreaker(breaker, 0);
    return breaker.probeAt;
  });
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(900);
  expect(Math.min(...waits)).toBeLessThan(910);
  expect(Math.max(...waits)).toBeLessThanOrEqual(1_100);
  expect(Math.max(...waits)).toBeGreaterThan(1_090);
});

test.each([
  ['shorter than the window', 9_999, 2_000],
  ['as long as the window', 10_000, 1_000],
])('after health %s', (_what, healthyMs, expected) => {
  const breaker = fakeBreaker({ settings: { openMs: 1_000, windowMs: 10_000 } });
  tripBreaker(breaker, 0);
  breaker.enter(1_000)?.answered(SUCCEEDED, 1_000, 0);
  const now = 1_000 + healthyMs;
  tripBreaker(breaker, now);
  expect(breaker.probeAt - now).toBe(expected);
});
