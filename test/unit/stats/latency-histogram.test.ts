import { expect, test } from 'vitest';
import { LatencyHistogram } from '../../../src/stats/latency-histogram.ts';

function of(values: readonly number[], size = 10_000): LatencyHistogram {
  const histogram = new LatencyHistogram(size);
  for (const value of values) histogram.add(value);
  return histogram;
}

test('without samples every quantile is 0', () => {
  expect([of([]).quantile(0.5), of([]).samples]).toEqual([0, 0]);
});

test('quantiles are those of the samples', () => {
  const histogram = of(Array.from({ length: 1_000 }, (_, index) => index + 1));
  for (const [q, exact] of [
    [0.001, 1],
    [0.5, 500],
    [0.99, 990],
    [1, 1_000],
  ] as const) {
    expect(histogram.quantile(q)).toBeGreaterThanOrEqual(exact);
    expect(histogram.quantile(q)).toBeLessThanOrEqual((exact + 1) * 2 ** (1 / 8));
  }
});

test('keeps one to two generations', () => {
  const histogram = of(
    Array.from({ length: 250 }, () => 10),
    100,
  );
  expect(histogram.samples).toBe(150);
  for (let i = 0; i < 151; i += 1) histogram.add(1_000);
  expect(histogram.quantile(0.001)).toBeGreaterThan(900);
});

test.each([-1, 0])('%i is the shortest', (value) => {
  expect(of([value]).quantile(1)).toBeLessThan(0.1);
});

test.each([1e9, Infinity])('%d is the longest, which is about an hour', (value) => {
  expect(of([value]).quantile(1)).toBeGreaterThan(3_600_000);
});

test('cleared, it knows nothing', () => {
  const histogram = of([1, 2, 3, 4], 3);
  histogram.clear();
  expect([histogram.samples, histogram.quantile(0.5)]).toEqual([0, 0]);
  expect(histogram.moments()).toEqual({ mean: 0, deviation: 0 });
});

test('mean and deviation are about those of the samples', () => {
  const { mean, deviation } = of([100, 200, 300, 400, 500]).moments();
  expect(mean).toBeGreaterThanOrEqual(300);
  expect(mean).toBeLessThan(300 * 1.1);
  expect(deviation / 141.4).toBeGreaterThan(0.9);
  expect(deviation / 141.4).toBeLessThan(1.1);
});
