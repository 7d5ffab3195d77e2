import { expect, test } from 'vitest';
import { sharesOf } from '../../../../src/backends/discovery/shares.ts';

const record = (weight: number, priority = 0, among = 1) => ({ weight, priority, among });

test('relative to the heaviest', () => {
  expect(sharesOf([record(10), record(40), record(20)])).toEqual([0.25, 1, 0.5]);
});

test('each priority by itself', () => {
  expect(sharesOf([record(10, 1), record(20, 1), record(1, 2)])).toEqual([0.5, 1, 1]);
});

test('the addresses of a record share its weight', () => {
  expect(sharesOf([record(10, 0, 2), record(10, 0, 2), record(10)])).toEqual([0.5, 0.5, 1]);
});

test('no weights at all are equal ones', () => {
  expect(sharesOf([record(0), record(0)])).toEqual([1, 1]);
});

test('a weight of 0 beside others is a very small one', () => {
  expect(sharesOf([record(0), record(65_535), record(1)])).toEqual([0.01, 1, 0.01]);
});
