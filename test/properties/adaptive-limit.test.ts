import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AdaptiveLimit } from '../../src/backends/gates/adaptive-limit.ts';

const step = fc.record({
  kind: fc.constantFrom('answered', 'gaveUp', 'dropped'),
  ms: fc.oneof(fc.double({ min: 0, max: 100_000, noNaN: true }), fc.constantFrom(0, 1e-9, 1e9)),
  pending: fc.integer({ min: 1, max: 5_000 }),
  passes: fc.double({ min: 0, max: 1_000, noNaN: true }),
  times: fc.integer({ min: 1, max: 100 }),
});

test('whatever happens, the limit is a whole number from four to what is configured, and changes are told', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 2_000 }), (steps, most) => {
      const adaptive = new AdaptiveLimit(most);
      let now = 1_000;
      for (const { kind, ms, pending, passes, times } of steps) {
        for (let i = 0; i < times; i += 1) {
          now += passes;
          const before = adaptive.limit;
          const hasChanged =
            kind === 'dropped'
              ? adaptive.dropped(pending, now)
              : adaptive[kind as 'answered'](ms, pending, now);
          expect(hasChanged).toBe(adaptive.limit !== before);
          expect(Number.isInteger(adaptive.limit)).toBe(true);
          expect(adaptive.limit).toBeGreaterThanOrEqual(Math.min(4, most));
          expect(adaptive.limit).toBeLessThanOrEqual(most);
        }
      }
    }),
    { numRuns: 100 },
  );
});
