import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Generations } from '../../src/stats/generations.ts';

test('the most recently used keys are kept, whatever the order of use', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat(20), { maxLength: 200 }), (size, keys) => {
      const map = new Generations<string, object>(size);
      const values = new Map<number, object>();
      let recent: number[] = [];
      for (const key of keys) {
        const value = map.get(String(key), () => ({}));
        if (recent.includes(key)) expect(value).toBe(values.get(key));
        values.set(key, value);
        recent = [key, ...recent.filter((one) => one !== key)].slice(0, size);
        expect(map.count).toBeLessThanOrEqual(2 * size);
      }
    }),
    { numRuns: 500 },
  );
});
