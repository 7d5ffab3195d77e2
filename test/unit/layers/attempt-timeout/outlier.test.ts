import { expect, test } from 'vitest';
import { Outlier } from '../../../../src/layers/attempt-timeout/outlier.ts';
import { fakeTarget } from '../../../support/fake-exchange.ts';

const [a, b, c] = [fakeTarget('a'), fakeTarget('b'), fakeTarget('c')];

test('a backend that alone is slow stands out', () => {
  const outlier = new Outlier();
  for (let i = 0; i < 20; i += 1) expect(outlier.madeGood(a)).toBe(true);
  expect([outlier.madeGood(b), outlier.madeGood(a)]).toEqual([false, true]);
});

test('where each is slow now and then, it is the route', () => {
  const outlier = new Outlier();
  outlier.madeGood(a);
  for (let i = 1; i < 100; i += 1) expect(outlier.madeGood([a, b, c][i % 3] ?? a)).toBe(false);
});

test('what is long past counts for less and less', () => {
  const outlier = new Outlier();
  for (let i = 0; i < 100; i += 1) outlier.madeGood(a);
  for (let i = 0; i < 10_000; i += 1) outlier.answered();
  expect(outlier.madeGood(b)).toBe(false);
  for (let i = 0; i < 11; i += 1) outlier.madeGood(b);
  expect(outlier.madeGood(b)).toBe(true);
});
