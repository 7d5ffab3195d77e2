// Events counted while the clock was below zero were never forgotten.
import { expect, test } from 'vitest';
import { SlidingCounter } from '../../src/stats/sliding-counter.ts';

test('a counter forgets what happened before time zero', () => {
  const counter = new SlidingCounter(1_000);
  counter.add(-5_050);
  expect(counter.total(-5_050)).toBe(1);
  expect(counter.total(-4_000)).toBe(0);
  expect(counter.total(10_000)).toBe(0);
});
