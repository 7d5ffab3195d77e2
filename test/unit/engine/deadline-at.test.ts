import { expect, test } from 'vitest';
import { deadlineAt } from '../../../src/engine/deadline-at.ts';
import { fakeBody, fakeExchange } from '../../support/fake-exchange.ts';

const settings = { timeouts: { deadlineMs: 100 } };

test('without a body it counts from the start', () => {
  expect(deadlineAt(fakeExchange({ startedAt: 1_000, settings }))).toBe(1_100);
});

test('with a body it counts from its last byte', () => {
  expect(deadlineAt(fakeExchange({ settings, body: fakeBody({ receivedAt: 4_000 }) }))).toBe(4_100);
});

test('while the client is sending there is none', () => {
  expect(deadlineAt(fakeExchange({ settings, body: fakeBody({ receivedAt: undefined }) }))).toBe(Infinity);
});
