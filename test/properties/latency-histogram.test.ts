import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LatencyHistogram } from '../../src/stats/latency-histogram.ts';

const latencies = fc.array(fc.double({ min: 0, max: 3_600_000, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
});
const quantiles = fc.double({ min: 0.001, max: 1, noNaN: true });

test('a quantile is the exact one or up to 9 % (and 0.1 ms) more, never less', () => {
  fc.assert(
    fc.property(latencies, quantiles, (values, q) => {
      const histogram = new LatencyHistogram(1_000);
      for (const value of values) histogram.add(value);
      const exact = values.toSorted((a, b) => a - b)[Math.ceil(q * values.length) - 1] ?? NaN;
      const estimate = histogram.quantile(q);
      expect(estimate).toBeGreaterThanOrEqual(exact - 1e-6 * exact - 1e-9);
      expect(estimate).toBeLessThanOrEqual((exact + 1) * 2 ** (1 / 8) - 1 + 1e-6 * exact + 1e-9);
    }),
    { numRuns: 500 },
  );
});

test('quantiles rise with q', () => {
  fc.assert(
    fc.property(latencies, quantiles, quantiles, (values, a, b) => {
      const histogram = new LatencyHistogram(1_000);
      for (const value of values) histogram.add(value);
      expect(histogram.quantile(Math.min(a, b))).toBeLessThanOrEqual(histogram.quantile(Math.max(a, b)));
    }),
  );
});

test('between one and two generations are kept, once there were that many', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(500), (size, count) => {
      const histogram = new LatencyHistogram(size);
      for (let i = 0; i < count; i += 1) histogram.add(i);
      expect(histogram.samples).toBeLessThanOrEqual(2 * size);
      expect(histogram.samples).toBeGreaterThanOrEqual(Math.min(count, size));
    }),
  );
});
