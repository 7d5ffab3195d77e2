import { expect, test, vi } from 'vitest';
import { failed } from '../../../src/failure/failed.ts';
import { observeAttempts, observeExchanges, type Observer } from '../../../src/layers/observe.ts';
import { flush } from '../../support/fake-clock.ts';
import { addAttempt, fakeExchange } from '../../support/fake-exchange.ts';
import { FakeResponded, FakeUpgraded } from '../../support/fake-outcome.ts';
import { scripted } from '../../support/fake-forward.ts';

function observer(watches = true) {
  const exchangeEnded = vi.fn<Observer['exchangeEnded']>();
  const attemptEnded = vi.fn<Observer['attemptEnded']>();
  return {
    watchesExchanges: () => watches,
    watchesAttempts: () => watches,
    exchangeEnded,
    attemptEnded,
  };
}

test('an exchange is told of when its body is over', async () => {
  const watching = observer();
  const exchange = fakeExchange();
  const response = new FakeResponded();
  await observeExchanges(watching)(scripted(response).forward)(exchange);
  await flush();
  expect(watching.exchangeEnded).not.toHaveBeenCalled();
  response.end({ bytes: 42 });
  await flush();
  expect(watching.exchangeEnded).toHaveBeenCalledExactlyOnceWith(exchange, response, 42);
});

test('an upgraded exchange is told of when its tunnel is over', async () => {
  const watching = observer();
  const exchange = fakeExchange();
  addAttempt(exchange);
  const tunnel = new FakeUpgraded();
  await observeExchanges(watching)(observeAttempts(watching)(scripted(tunnel).forward))(exchange);
  await flush();
  expect(watching.exchangeEnded).not.toHaveBeenCalled();
  expect(watching.attemptEnded).not.toHaveBeenCalled();
  tunnel.end({ bytes: 7 });
  expect(watching.exchangeEnded).toHaveBeenCalledExactlyOnceWith(exchange, tunnel, 7);
  expect(watching.attemptEnded).toHaveBeenCalledExactlyOnceWith(exchange, 1);
});

test('a failure is told of at once', async () => {
  const watching = observer();
  const exchange = fakeExchange();
  const failure = failed('connection_refused');
  await observeExchanges(watching)(scripted(failure).forward)(exchange);
  expect(watching.exchangeEnded).toHaveBeenCalledExactlyOnceWith(exchange, failure, 0);
});

test('an attempt is told of by its number, even when the next one has begun meanwhile', async () => {
  const watching = observer();
  const exchange = fakeExchange();
  addAttempt(exchange);
  const response = new FakeResponded(503);
  await observeAttempts(watching)(scripted(response).forward)(exchange);
  addAttempt(exchange);
  response.end();
  await flush();
  expect(watching.attemptEnded).toHaveBeenCalledExactlyOnceWith(exchange, 1);
});

test('without anybody watching nothing is told', async () => {
  const nobody = observer(false);
  const exchange = fakeExchange();
  addAttempt(exchange);
  const failure = failed('connection_refused');
  await observeExchanges(nobody)(observeAttempts(nobody)(scripted(failure).forward))(exchange);
  expect(nobody.exchangeEnded).not.toHaveBeenCalled();
  expect(nobody.attemptEnded).not.toHaveBeenCalled();
});
