import { expect, test } from 'vitest';
import { LearnedLimits } from '../../../../src/layers/attempt-timeout/learned-limits.ts';
import { fakeRequest } from '../../../support/fake-exchange.ts';

test('requests of one method and path shape share what was learned', () => {
  const limits = new LearnedLimits();
  const one = limits.of(fakeRequest({ path: '/users/1' }));
  expect(limits.of(fakeRequest({ path: '/users/2?full' }))).toBe(one);
  expect(limits.of(fakeRequest({ path: '/users' }))).not.toBe(one);
  expect(limits.of(fakeRequest({ path: '/users/1', method: 'PUT' }))).not.toBe(one);
});

test('routes that clients invent are forgotten, those in use are not', () => {
  const limits = new LearnedLimits();
  const used = limits.of(fakeRequest({ path: '/used' }));
  const invented = limits.of(fakeRequest({ path: '/invented' }));
  for (let i = 0; i < 3_000; i += 1) {
    const letters = String(i).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
    limits.of(fakeRequest({ path: `/${letters}` }));
    limits.of(fakeRequest({ path: '/used' }));
  }
  expect(limits.of(fakeRequest({ path: '/used' }))).toBe(used);
  expect(limits.of(fakeRequest({ path: '/invented' }))).not.toBe(invented);
});
