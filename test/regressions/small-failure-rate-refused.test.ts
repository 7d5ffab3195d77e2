// `breaker.failureRate` is documented as above 0, but nothing below 0.01 was accepted.
import { expect, test } from 'vitest';
import { settleOptions } from '../../src/options/settle.ts';

const settle = (failureRate: number): unknown =>
  settleOptions({ backends: ['http://a'], breaker: { failureRate } });

test('anything above 0 is a rate', () => {
  expect(() => settle(0.005)).not.toThrow();
  expect(() => settle(Number.MIN_VALUE)).not.toThrow();
});

test('0 is none', () => {
  expect(() => settle(0)).toThrow('breaker.failureRate must be a number above 0, to 1, got 0');
});
