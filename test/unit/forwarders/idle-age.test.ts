import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdleAge } from '../../../src/forwarders/idle-age.ts';

function ageOf(...observed: readonly [ageMs: number, now: number][]): IdleAge {
  const age = new IdleAge();
  for (const [ageMs, now] of observed) age.observe(ageMs, now);
  return age;
}

test('before anything was seen, no connection is too old', () => {
  expect(new IdleAge().limitMs(0)).toBe(Infinity);
});

test('one close proves nothing: the backend may have been restarted', () => {
  expect(ageOf([2_000, 0]).limitMs(0)).toBe(Infinity);
});

test('two that agree do, and the limit stays below the lower one', () => {
  const age = ageOf([2_000, 0], [2_100, 5_000]);
  expect(age.closesAfterMs(5_000)).toBe(2_000);
  expect(age.limitMs(5_000)).toBe(1_600);
});

test('closes of many connections together are one observation', () => {
  expect(ageOf([2_000, 0], [2_000, 3], [2_001, 60]).limitMs(60)).toBe(Infinity);
});

test('ages that differ widely do not agree', () => {
  expect(ageOf([2_000, 0], [700, 1_000], [3_000, 2_000]).limitMs(2_000)).toBe(Infinity);
});

test('a close right after a response is no idle limit', () => {
  expect(ageOf([3, 0], [4, 1_000], [5, 2_000]).limitMs(2_000)).toBe(Infinity);
});

test('a backend that was reconfigured is followed, up and down', () => {
  const age = ageOf([2_000, 0], [2_000, 1_000], [9_000, 20_000], [9_100, 40_000]);
  expect(age.closesAfterMs(40_000)).toBe(9_000);
  age.observe(500, 50_000);
  age.observe(510, 60_000);
  expect(age.closesAfterMs(60_000)).toBe(500);
});

test('what is not seen again for five minutes is forgotten', () => {
  const age = ageOf([2_000, 0], [2_000, 1_000]);
  expect(age.limitMs(300_999)).toBeLessThan(2_000);
  expect(age.limitMs(301_000)).toBe(Infinity);
});

test('the limit is never negative, and always below what was seen', () => {
  const observation = fc.tuple(fc.double({ min: 0, max: 100_000, noNaN: true }), fc.nat({ max: 5_000 }));
  fc.assert(
    fc.property(fc.array(observation, { maxLength: 30 }), (observations) => {
      const age = new IdleAge();
      let now = 0;
      for (const [ageMs, gap] of observations) {
        now += gap;
        age.observe(ageMs, now);
        const limitMs = age.limitMs(now);
        expect(limitMs).toBeGreaterThanOrEqual(0);
        if (limitMs !== Infinity) expect(limitMs).toBeLessThan(age.closesAfterMs(now) ?? 0);
      }
    }),
  );
});
