import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Wheel } from '../../../../src/backends/health-checks/wheel.ts';

/** How many items each turn of one cycle has. */
function loads(wheel: Wheel<number>): number[] {
  return Array.from({ length: wheel.slots }, () => [...wheel.next()].length);
}

test('every item once per cycle, whatever comes and goes', () => {
  const step = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant('turn' as const));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.array(step, { maxLength: 200 }), (slots, steps) => {
      const wheel = new Wheel<number>(slots);
      const present = new Set<number>();
      for (const item of steps) {
        if (item === 'turn') wheel.next();
        else if (present.delete(item)) wheel.delete(item);
        else wheel.add(present.add(item) && item);
      }
      const seen = Array.from({ length: slots }, () => [...wheel.next()]).flat();
      expect(seen.sort()).toEqual([...present].sort());
    }),
  );
});

test.each([1, 5, 63, 64])('%i slots are evenly loaded', (slots) => {
  const wheel = new Wheel<number>(slots);
  for (let item = 0; item < 1_000; item += 1) wheel.add(item);
  expect(Math.max(...loads(wheel)) - Math.min(...loads(wheel))).toBeLessThanOrEqual(1);
});

test('what leaves makes room for what comes', () => {
  const wheel = new Wheel<number>(64);
  for (let item = 0; item < 1_000; item += 1) wheel.add(item);
  for (let item = 0; item < 1_000; item += 2) wheel.delete(item);
  for (let item = 1_000; item < 1_500; item += 1) wheel.add(item);
  expect(Math.max(...loads(wheel))).toBe(16);
});

test('a few items are far from one another', () => {
  const wheel = new Wheel<number>(64);
  for (let item = 0; item < 8; item += 1) wheel.add(item);
  const taken = loads(wheel).flatMap((load, slot) => Array<number>(load).fill(slot));
  const gaps = taken.slice(1).map((slot, index) => slot - (taken[index] ?? 0));
  expect(gaps).toEqual(Array(7).fill(8));
});
