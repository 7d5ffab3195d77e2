import { expect, test } from 'vitest';
import { LearnedLimit } from '../../../../src/layers/attempt-timeout/learned-limit.ts';

function learn(...latencies: readonly number[]): LearnedLimit {
  const learned = new LearnedLimit();
  for (const latencyMs of latencies) learned.observe(latencyMs);
  return learned;
}

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

test('below a hundred samples nothing is known', () => {
  expect(learn(...hundred.slice(1)).quantile(0.95)).toBeUndefined();
  expect(learn(...hundred).quantile(0.95)).toBeDefined();
});

test.each([
  [0.5, 50],
  [0.95, 95],
  [0.99, 99],
])('%d is about right', (q, ms) => {
  const value = learn(...hundred).quantile(q) ?? 0;
  expect(value).toBeGreaterThanOrEqual(ms);
  expect(value).toBeLessThan(ms * 1.1);
});

test('is never less than a timer can wait', () => {
  expect(learn(...hundred.map(() => 0)).quantile(0.95)).toBe(1);
});

test('follows what comes in, with a little delay', () => {
  const learned = learn(...hundred.map(() => 10));
  expect(learned.quantile(0.5)).toBeLessThan(12);
  for (let i = 0; i < 300; i += 1) learned.observe(200);
  for (let i = 0; i < 40; i += 1) learned.quantile(0.5);
  expect(learned.quantile(0.5)).toBeGreaterThanOrEqual(200);
});

test('two routes of one shape may ask for two quantiles', () => {
  const learned = learn(...hundred);
  expect(learned.quantile(0.5)).toBeLessThan(60);
  expect(learned.quantile(0.99)).toBeGreaterThan(90);
  expect(learned.quantile(0.5)).toBeLessThan(60);
});

test('what was given up for another one counts as longer, so that the tail does not vanish', () => {
  const learned = learn(...hundred.map(() => 10));
  for (let i = 0; i < 10; i += 1) learned.observeAtLeast(30);
  expect(learned.quantile(0.9)).toBeLessThan(12);
  expect(learned.quantile(0.95)).toBeGreaterThanOrEqual(60);
});
