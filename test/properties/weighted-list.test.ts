import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WeightedList } from '../../src/stats/weighted-list.ts';

const moves = fc.array(
  fc.record({
    joins: fc.boolean(),
    item: fc.nat(40),
    weight: fc.constantFrom(0.001, 0.1, 1, 2, 3, 1_000),
  }),
  { maxLength: 200, size: 'max' },
);

test('each is drawn in a part of the chances that is its weight, whoever came and went', () => {
  fc.assert(
    fc.property(moves, (steps) => {
      const list = new WeightedList<number>();
      const model = new Map<number, number>();
      for (const { joins, item, weight } of steps) {
        if (!joins) {
          list.delete(item);
          model.delete(item);
        } else if (!model.has(item)) {
          list.add(item, weight);
          model.set(item, weight);
        }
      }
      expect(list.size).toBe(model.size);
      expect(list.isUniform).toBe(new Set(model.values()).size <= 1);
      const total = [...model.values()].reduce((sum, weight) => sum + weight, 0);
      let before = 0;
      for (const item of list.items) {
        const part = (model.get(item) ?? NaN) / total;
        expect(list.draw(before + part / 2)).toBe(item);
        expect(list.items[list.placeOf(item) ?? -1]).toBe(item);
        before += part;
      }
    }),
  );
});

test('chance at its ends draws the first and the last', () => {
  const list = new WeightedList<string>();
  expect(list.draw(0)).toBeUndefined();
  for (const [item, weight] of [
    ['a', 1],
    ['b', 2],
    ['c', 0.3],
  ] as const) {
    list.add(item, weight);
  }
  expect([list.draw(0), list.draw(1 - Number.EPSILON / 2)]).toEqual(['a', 'c']);
});

test('nothing adds up that is not there any more', () => {
  const list = new WeightedList<number>();
  for (let round = 0; round < 1_000; round += 1) {
    for (let item = 0; item < 20; item += 1) list.add(item, 0.1 + item / 3);
    for (let item = 0; item < 20; item += 1) list.delete(item);
  }
  list.add(1, 1);
  list.add(2, 3);
  expect([list.draw(0.249), list.draw(0.251)]).toEqual([1, 2]);
});
