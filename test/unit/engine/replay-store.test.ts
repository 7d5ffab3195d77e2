import { expect, test } from 'vitest';
import { ReplayStore } from '../../../src/engine/replay-store.ts';

test('takes up to its capacity, and not a byte more', () => {
  const store = new ReplayStore(10);
  expect(store.take(6)).toBe(true);
  expect(store.take(5)).toBe(false);
  expect(store.usedBytes).toBe(6);
  expect(store.take(4)).toBe(true);
  expect(store.usedBytes).toBe(10);
});

test('what is given back can be taken again', () => {
  const store = new ReplayStore(10);
  store.take(10);
  store.give(7);
  expect(store.take(7)).toBe(true);
});
