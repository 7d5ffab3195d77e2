import { expect, test } from 'vitest';
import { deadlineAt } from '../../../src/engine/deadline-at.ts';
import { addAttempt, fakeBody, fakeExchange } from '../../support/fake-exchange.ts';

const settings = { timeouts: { deadlineMs: 100 } };

test('without a body it counts from the start', () => {
  expect(deadlineAt(fakeExchange({ startedAt: 1_000, settings }))).toBe(1_100);
});

test('with a body it counts from its last byte', () => {
  expect(deadlineAt(fakeExchange({ settings, body: fakeBody({ receivedAt: 4_000 }) }))).toBe(4_100);
});

test('while an attempt waits for the client to send, there is none', () => {
  const exchange = fakeExchange({ settings, body: fakeBody({ receivedAt: undefined }) });
  addAttempt(exchange, { phase: 'send' });
  expect(deadlineAt(exchange)).toBe(Infinity);
});

test('while an attempt has no connection, nobody reads the body: time runs', () => {
  const body = fakeBody({ receivedAt: undefined });
  const exchange = fakeExchange({ startedAt: 1_000, settings, body });
  addAttempt(exchange, { phase: 'connect' });
  expect(deadlineAt(exchange)).toBe(1_100);
});

test('from where the attempt before it had stopped reading', () => {
  const exchange = fakeExchange({ settings, body: fakeBody({ receivedAt: undefined }) });
  addAttempt(exchange, { phase: 'send', endedAt: 7_000 });
  addAttempt(exchange, { phase: 'tls' });
  expect(deadlineAt(exchange)).toBe(7_100);
});

test('before there is an attempt, nobody reads the body: time runs', () => {
  const body = fakeBody({ receivedAt: undefined });
  expect(deadlineAt(fakeExchange({ startedAt: 1_000, settings, body }))).toBe(1_100);
});
