import { expect, test } from 'vitest';
import { RetryBudget } from '../../../../src/layers/retry/budget.ts';
import { couldMove, couldRepeat } from '../../../../src/layers/retry/could-repeat.ts';
import { addAttempt, type FakeExchange, fakeBody, fakeExchange } from '../../../support/fake-exchange.ts';

const plenty = new RetryBudget({ ratio: 1, minPerSecond: 100, windowMs: 10_000 });
const none = new RetryBudget({ ratio: 0, minPerSecond: 0, windowMs: 10_000 });

function ask(
  given: FakeExchange,
  attempts = 1,
  where: 'other' | 'only' | 'same' | 'none' = 'other',
): boolean {
  const exchange = fakeExchange(given);
  for (let i = 0; i < attempts; i += 1) addAttempt(exchange);
  return couldRepeat(exchange, where, plenty, 0);
}

test('yes, while there is another backend and an attempt left', () => {
  expect(ask({})).toBe(true);
  expect(ask({}, 2)).toBe(true);
});

test.each<[string, boolean]>([
  ['no attempt left', ask({}, 3)],
  ['no other backend', ask({}, 1, 'none')],
  ['only the same backend', ask({}, 1, 'same')],
  ['the only backend there is', ask({}, 1, 'only')],
  ['retries switched off', ask({ settings: { retry: false } })],
  ['a method that may not be repeated', ask({ method: 'POST' })],
  ['a body that cannot be sent again', ask({ body: fakeBody({ replayable: false }) })],
])('no: %s', (_why, answer) => {
  expect(answer).toBe(false);
});

test('no: what is left of the deadline is not enough', () => {
  const exchange = fakeExchange({ startedAt: 0, settings: { timeouts: { deadlineMs: 1_000 } } });
  addAttempt(exchange);
  expect(couldRepeat(exchange, 'other', plenty, 800, 199)).toBe(true);
  expect(couldRepeat(exchange, 'other', plenty, 800, 200)).toBe(false);
  expect(couldRepeat(exchange, 'other', plenty, 1_000)).toBe(false);
});

test('no: the budget is used up; and asking takes nothing out of it', () => {
  const exchange = fakeExchange();
  addAttempt(exchange);
  expect(couldRepeat(exchange, 'other', none, 0)).toBe(false);
  const one = new RetryBudget({ ratio: 0, minPerSecond: 0.1, windowMs: 10_000 });
  expect([couldRepeat(exchange, 'other', one, 0), couldRepeat(exchange, 'other', one, 0)]).toEqual([
    true,
    true,
  ]);
});

test('what has not gone out could move with any method, three times', () => {
  const exchange = fakeExchange({ method: 'POST' });
  for (const expected of [true, true, true, false]) {
    addAttempt(exchange);
    expect(couldMove(exchange, 'other')).toBe(expected);
  }
  expect(couldMove(fakeExchange(), 'same')).toBe(false);
  expect(couldMove(fakeExchange({ settings: { retry: false } }), 'other')).toBe(false);
});
