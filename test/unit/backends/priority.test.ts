import { expect, test } from 'vitest';
import { priorityFrom } from '../../../src/backends/priority.ts';
import { fakeExchange } from '../../support/fake-exchange.ts';

test('without a function there are none', () => {
  expect(priorityFrom(undefined)).toBeUndefined();
});

test.each([
  [0, 0],
  [9, 9],
  [undefined, 5],
])('%s is %i', (value, priority) => {
  expect(priorityFrom(() => value)?.(fakeExchange())).toBe(priority);
});

test('the function is given the request', () => {
  const priorityOf = priorityFrom(({ path }) => (path === '/checkout' ? 9 : 1));
  expect(priorityOf?.(fakeExchange({ path: '/checkout' }))).toBe(9);
});

test.each([-1, 10, 2.5, NaN, '3'])('%s is the fault of the function', (value) => {
  expect(() => priorityFrom(() => value as number)?.(fakeExchange())).toThrow(/limits\.priority/);
});
