// A backend that could be looked at was passed over because one that the request had tried was due before it.
import { expect, test } from 'vitest';
import { fakeBackend, trip } from '../support/fake-backend.ts';
import { addAttempt, fakeExchange } from '../support/fake-exchange.ts';
import { fakePool } from '../support/fake-pool.ts';

test('of those that are due, one that was not tried is found', () => {
  const backends = [fakeBackend('a'), fakeBackend('b'), fakeBackend('c')];
  const pool = fakePool(backends);
  backends.forEach((backend, index) => trip(backend, 1_000 + index, 'closed_before_response'));
  const exchange = fakeExchange();
  for (const { target } of backends.slice(0, 2)) addAttempt(exchange, { target });
  expect(pool.choose(exchange, 3_000)).toBe(backends[2]);
  expect(pool.elsewhere(exchange, 3_000)).toBe('other');
});
