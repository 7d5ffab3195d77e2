import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PeakEwma } from '../../src/stats/peak-ewma.ts';

const answers = fc.array(
  fc.record({ waitMs: fc.nat(60_000), latencyMs: fc.double({ min: 0, max: 60_000, noNaN: true }) }),
  { minLength: 1, maxLength: 100 },
);

test('stays between the least and the most that was seen, and never below the last answer', () => {
  fc.assert(
    fc.property(answers, fc.nat(1_000), (seen, initialMs) => {
      const ewma = new PeakEwma(10_000, initialMs, 0);
      let [now, least, most] = [0, initialMs, initialMs];
      for (const { waitMs, latencyMs } of seen) {
        now += waitMs;
        const before = ewma.value;
        ewma.observe(latencyMs, now);
        least = Math.min(least, latencyMs);
        most = Math.max(most, latencyMs);
        const slack = 1e-9 * most;
        expect(ewma.value).toBeGreaterThanOrEqual(Math.max(least, Math.min(latencyMs, before)) - slack);
        expect(ewma.value).toBeLessThanOrEqual(Math.min(most, Math.max(latencyMs, before)) + slack);
        expect(ewma.value).toBeGreaterThanOrEqual(latencyMs - slack);
      }
    }),
    { numRuns: 500 },
  );
});

test('the first answer takes the place of the guess, faster or slower', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), fc.nat(60_000), (initialMs, latencyMs, now) => {
      const ewma = new PeakEwma(10_000, initialMs, 0);
      ewma.observe(latencyMs, now);
      expect(ewma.value).toBe(latencyMs);
    }),
  );
});
