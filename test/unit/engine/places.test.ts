import { expect, test } from 'vitest';
import { Places } from '../../../src/engine/places.ts';

test('no more than there are, until one is given back', () => {
  const places = new Places(2);
  expect([places.take(), places.take(), places.take(), places.taken]).toEqual([true, true, false, 2]);
  places.give();
  expect([places.take(), places.take()]).toEqual([true, false]);
});

test('none at all, and no end of them', () => {
  expect(new Places(0).take()).toBe(false);
  const endless = new Places(Infinity);
  for (let i = 0; i < 100; i += 1) expect(endless.take()).toBe(true);
});
