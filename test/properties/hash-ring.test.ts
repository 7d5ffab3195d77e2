import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HashRing } from '../../src/backends/balance/hash-ring.ts';

interface Item {
  readonly name: string;
  readonly weight: number;
}

const items = fc.uniqueArray(
  fc.record({
    name: fc.string({ minLength: 1, maxLength: 20 }),
    weight: fc.double({ min: 0.1, max: 1_000, noNaN: true }),
  }),
  { minLength: 2, maxLength: 12, selector: ({ name }) => name },
);
const KEYS = Array.from({ length: 400 }, (_, index) => `key ${index}`);

function ringOf(members: readonly Item[]): HashRing<Item> {
  const ring = new HashRing<Item>();
  for (const item of members) ring.add(item, item.name, item.weight);
  return ring;
}

function owners(ring: HashRing<Item>): (string | undefined)[] {
  return KEYS.map((key) => ring.find(key, Infinity, () => true)?.name);
}

test('an item that leaves gives up its own keys, and moves no others', () => {
  fc.assert(
    fc.property(items, fc.nat(), (members, number) => {
      const ring = ringOf(members);
      const before = owners(ring);
      const leaving = members[number % members.length];
      if (leaving) ring.delete(leaving);
      const after = owners(ring);
      before.forEach((owner, index) => {
        if (owner !== leaving?.name) expect(after[index]).toBe(owner);
        else expect(after[index]).not.toBe(owner);
      });
      if (leaving) ring.add(leaving, leaving.name, leaving.weight);
      expect(owners(ring)).toEqual(before);
    }),
  );
});

test('one that is passed over gives up its own keys alone, too', () => {
  fc.assert(
    fc.property(items, fc.nat(), (members, number) => {
      const ring = ringOf(members);
      const out = members[number % members.length];
      const before = owners(ring);
      KEYS.forEach((key, index) => {
        const owner = ring.find(key, Infinity, (item) => item !== out);
        if (before[index] !== out?.name) expect(owner?.name).toBe(before[index]);
        else expect(owner).not.toBe(out);
      });
    }),
  );
});

test('an item that joins takes keys for itself alone, unless it is heavier than all before', () => {
  fc.assert(
    fc.property(items, (members) => {
      const [joining, ...others] = members;
      if (!joining) return;
      const heaviest = Math.max(1, ...others.map(({ weight }) => weight));
      fc.pre(joining.weight <= heaviest);
      const ring = ringOf(others);
      const before = owners(ring);
      ring.add(joining, joining.name, joining.weight);
      owners(ring).forEach((owner, index) => {
        if (owner !== joining.name) expect(owner).toBe(before[index]);
      });
    }),
  );
});

test('whoever else came and went, the same items own the same keys', () => {
  fc.assert(
    fc.property(items, fc.array(fc.nat(), { maxLength: 30, size: 'max' }), (members, moves) => {
      const ring = ringOf(members);
      const present = new Set(members);
      for (const move of moves) {
        const item = members[move % members.length];
        if (!item) continue;
        if (present.delete(item)) ring.delete(item);
        else {
          ring.add(item, item.name, item.weight);
          present.add(item);
        }
        if (move % 3 === 0) ring.find('x', 1, () => true);
      }
      for (const item of members) if (!present.has(item)) ring.add(item, item.name, item.weight);
      expect(owners(ring)).toEqual(owners(ringOf(members)));
    }),
  );
});

test('nobody is asked more often than allowed', () => {
  const ring = ringOf([{ name: 'a', weight: 1 }]);
  let asked = 0;
  const refuse = (): boolean => {
    asked += 1;
    return false;
  };
  expect(ring.find('x', 64, refuse)).toBeUndefined();
  expect(asked).toBe(64);
  expect(new HashRing<Item>().find('x', 64, refuse)).toBeUndefined();
});

test('however many come and go, no more places are taken than there were items at a time', () => {
  const ring = ringOf([{ name: 'stays', weight: 1 }]);
  for (let i = 0; i < 1_000; i += 1) {
    const item = { name: `item ${i}`, weight: 1 + (i % 3) };
    ring.add(item, item.name, item.weight);
    if (i % 2 === 0) ring.find('x', 1, () => true);
    ring.delete(item);
    ring.find('x', 1, () => true);
  }
  expect(ring.places).toBe(2);
});
