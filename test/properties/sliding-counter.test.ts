import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlidingCounter } from '../../src/stats/sliding-counter.ts';

/** Remembers every event: counts those whose slice is among the last ten. */
class NaiveCounter {
  readonly #sliceMs: number;
  readonly #slices: number[] = [];

  constructor(windowMs: number) {
    this.#sliceMs = windowMs / 10;
  }

  add(now: number): void {
    this.#slices.push(Math.floor(now / this.#sliceMs));
  }

  total(now: number): number {
    const present = Math.floor(now / this.#sliceMs);
    return this.#slices.filter((slice) => slice > present - 10).length;
  }
}

const steps = fc.array(
  fc.record({ waitMs: fc.oneof(fc.nat(30), fc.nat(2_000), fc.constant(1e7)), adds: fc.nat(5) }),
  { maxLength: 60 },
);

test('counts what remembering everything would count', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 5_000 }), fc.nat(1e6), steps, (windowMs, start, events) => {
      const counter = new SlidingCounter(windowMs);
      const naive = new NaiveCounter(windowMs);
      let now = start;
      for (const { waitMs, adds } of events) {
        now += waitMs;
        for (let i = 0; i < adds; i += 1) {
          counter.add(now);
          naive.add(now);
        }
        expect(counter.total(now)).toBe(naive.total(now));
      }
    }),
    { numRuns: 500 },
  );
});
