import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MinHeap } from '../../src/stats/min-heap.ts';

/** Sets a key, moves the first one, or takes one out. */
const moves = fc.array(
  fc.record({
    what: fc.constantFrom('set', 'set', 'first', 'delete'),
    item: fc.nat(20),
    key: fc.integer({ min: 0, max: 10 }),
  }),
  { maxLength: 200, size: 'max' },
);

test('it always has the least first, and of equals the one that was set earlier', () => {
  fc.assert(
    fc.property(moves, (steps) => {
      const heap = new MinHeap<number>();
      let model: { item: number; key: number }[] = [];
      for (const { what, item, key } of steps) {
        const moved = what === 'first' ? heap.first : item;
        if (what === 'delete') heap.delete(item);
        else if (what === 'set') heap.set(item, key);
        else heap.setFirst(key);
        model = model.filter((one) => one.item !== moved);
        if (what !== 'delete' && moved !== undefined) model.push({ item: moved, key });
        const least = Math.min(...model.map((one) => one.key));
        expect(heap.firstKey).toBe(least);
        expect(heap.first).toBe(model.find((one) => one.key === least)?.item);
        const [most, odd] = [item % 11, item % 2];
        const found = heap.find(most, (one) => one % 2 === odd);
        const possible = model.filter((one) => one.key <= most && one.item % 2 === odd);
        if (found === undefined) expect(possible).toEqual([]);
        else expect(possible.map((one) => one.item)).toContain(found);
        expect(heap.size).toBe(model.length);
        expect(heap.keyOf(item)).toBe(model.find((one) => one.item === item)?.key);
      }
    }),
  );
});
