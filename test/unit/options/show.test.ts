import { expect, test } from 'vitest';
import { show } from '../../../src/options/check.ts';

test.each<[unknown, string]>([
  ['text', '"text"'],
  ['two\nlines', '"two\\nlines"'],
  ['x'.repeat(100), `"${'x'.repeat(80)}..."`],
  [5, '5'],
  [NaN, 'NaN'],
  [null, 'null'],
  [undefined, 'undefined'],
  [true, 'true'],
  [5n, '5'],
  [Symbol('s'), 'Symbol(s)'],
  [() => 1, 'a function'],
  [[], 'an empty array'],
  [[1], 'an array'],
  [{ secret: 1 }, 'an object'],
  [Object.create(null), 'an object'],
])('%o is shown short and on one line', (value, shown) => {
  expect(show(value)).toBe(shown);
});
