import { expect, test } from 'vitest';
import { Generations } from '../../../src/stats/generations.ts';

const letters = (key: string): string[] => [key];

test('gives the same value for the same key', () => {
  const map = new Generations<string, string[]>(2);
  const a = map.get('a', () => letters('a'));
  expect(map.get('a', () => letters('other'))).toBe(a);
});

test('what is used stays, what is not is forgotten', () => {
  const map = new Generations<string, string[]>(2);
  const used = map.get('used', () => letters('used'));
  const unused = map.get('unused', () => letters('unused'));
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
    map.get(key, () => letters(key));
    map.get('used', () => letters('new'));
  }
  expect(map.get('used', () => letters('new'))).toBe(used);
  expect(map.get('unused', () => letters('new'))).not.toBe(unused);
});

test('never holds more than twice its size', () => {
  const map = new Generations<string, number>(10);
  let most = 0;
  for (let i = 0; i < 1_000; i += 1) {
    map.get(`k${(i * 7) % 133}`, () => i);
    most = Math.max(most, map.count);
  }
  expect(most).toBeLessThanOrEqual(20);
});

test('lists each value that it holds once', () => {
  const map = new Generations<string, string>(2);
  for (const key of ['a', 'b', 'c', 'a']) map.get(key, () => key);
  expect([...map.values()].sort()).toEqual(['a', 'b', 'c']);
});
