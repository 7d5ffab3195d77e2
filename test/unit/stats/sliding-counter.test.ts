import { expect, test } from 'vitest';
import { SlidingCounter } from '../../../src/stats/sliding-counter.ts';

test('counts what happened within the window', () => {
  const counter = new SlidingCounter(1_000);
  counter.add(0);
  counter.add(50);
  counter.add(950);
  expect(counter.total(950)).toBe(3);
});

test('forgets slice by slice', () => {
  const counter = new SlidingCounter(1_000);
  counter.add(0);
  counter.add(150);
  expect([counter.total(999), counter.total(1_000), counter.total(1_100)]).toEqual([2, 1, 0]);
});

test('after a long silence it is empty, and counts again', () => {
  const counter = new SlidingCounter(1_000);
  for (let now = 0; now < 1_000; now += 10) counter.add(now);
  expect(counter.total(1e9)).toBe(0);
  counter.add(1e9);
  expect(counter.total(1e9 + 500)).toBe(1);
});

test('a clock that steps back loses nothing', () => {
  const counter = new SlidingCounter(1_000);
  counter.add(5_000);
  counter.add(4_000);
  expect(counter.total(4_500)).toBe(2);
});
