import { describe, expect, test } from 'vitest';
import { LearnedLimit } from '../../../../src/layers/attempt-timeout/learned-limit.ts';

function learn(samples: number, latencyMs: number): LearnedLimit {
  const learned = new LearnedLimit();
  for (let i = 0; i < samples; i += 1) learned.observe(latencyMs);
  return learned;
}

test('below a thousand samples there is none', () => {
  expect(learn(999, 400).get(30_000)).toBeUndefined();
  expect(learn(1_000, 400).get(30_000)).toBeDefined();
});

test('it is about twice the tail, and says what it rests on', () => {
  const limit = learn(1_000, 400).get(30_000);
  expect(limit).toMatchObject({ source: 'learned', samples: 1_000 });
  expect(limit?.limitMs).toBeGreaterThanOrEqual(800);
  expect(limit?.limitMs).toBeLessThan(880);
  expect(limit?.p50).toBeGreaterThanOrEqual(400);
  expect(limit?.p99).toBeLessThan(440);
});

test('fast routes are given a quarter of a second', () => {
  expect(learn(1_000, 1).get(30_000)?.limitMs).toBe(250);
});

test('it never exceeds the configured one', () => {
  expect(learn(1_000, 400).get(500)).toBeUndefined();
});

test('one slow answer in a thousand does not widen it, a handful do', () => {
  const learned = learn(1_999, 400);
  learned.observe(5_000);
  expect(learned.get(30_000)?.limitMs).toBeLessThan(1_000);
  for (let i = 0; i < 200; i += 1) learned.observe(5_000);
  expect(learned.get(30_000)?.limitMs).toBeGreaterThan(9_000);
});

describe('an attempt that was cut', () => {
  test('counts as longer than the limit, at once', () => {
    const learned = learn(1_000, 400);
    const before = learned.get(30_000)?.limitMs ?? 0;
    for (let i = 0; i < 3; i += 1) learned.observeCut(before);
    expect(learned.get(30_000)?.limitMs).toBeGreaterThanOrEqual(2 * before);
  });

  test('and again: it widens until the configured limit rules', () => {
    const learned = learn(1_000, 400);
    let cuts = 0;
    for (let limit = learned.get(30_000); limit; limit = learned.get(30_000)) {
      learned.observeCut(limit.limitMs);
      cuts += 1;
      if (cuts > 100) break;
    }
    expect(cuts).toBeLessThan(30);
  });
});

test('what is rarer than the quantile can see shows in the variance', () => {
  const learned = learn(1_999, 400);
  learned.observe(600_000);
  expect(learned.get(Infinity)?.limitMs).toBeGreaterThan(40_000);
});

test('it narrows by degrees, so that a gap between slow answers does not cut the next one', () => {
  const learned = learn(1_000, 4_000);
  const before = learned.get(30_000)?.limitMs ?? NaN;
  for (let i = 0; i < 2_200; i += 1) {
    learned.observe(100);
    learned.get(30_000);
  }
  expect(learned.get(30_000)?.limitMs).toBeGreaterThan(0.3 * before);
  for (let i = 0; i < 4_000; i += 1) {
    learned.observe(100);
    learned.get(30_000);
  }
  expect(learned.get(30_000)?.limitMs).toBe(250);
});

test('answers beyond it widen it at once', () => {
  const learned = learn(1_000, 400);
  const before = learned.get(30_000)?.limitMs ?? NaN;
  for (let i = 0; i < 3; i += 1) learned.observe(3 * before);
  expect(learned.get(30_000)?.limitMs).toBeGreaterThanOrEqual(6 * before);
});

test('the configured limit is told with what is known', () => {
  expect(learn(0, 0).configured(30_000)).toEqual({ limitMs: 30_000, source: 'configured' });
  expect(learn(10, 400).configured(30_000)).toMatchObject({ source: 'configured', samples: 10 });
});

test('old latencies are forgotten', () => {
  const learned = learn(1_000, 4_000);
  for (let i = 0; i < 2_500; i += 1) learned.observe(400);
  expect(learned.get(30_000)?.limitMs).toBeLessThan(1_000);
});
