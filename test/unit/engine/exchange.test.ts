import { expect, test, vi } from 'vitest';
import { failed } from '../../../src/failure/failed.ts';
import { fakeExchange } from '../../support/fake-exchange.ts';

test('cancelling stops what waits, and the first reason stands', () => {
  const exchange = fakeExchange();
  const cancel = vi.fn();
  exchange.waiting = { cancel };
  const first = failed('deadline_exceeded');
  exchange.cancel(first);
  exchange.cancel(failed('client_aborted'));
  expect(exchange.cancelled).toBe(first);
  expect(cancel).toHaveBeenCalledExactlyOnceWith(first);
});

test('cancelling before anything waits is remembered', () => {
  const exchange = fakeExchange();
  exchange.cancel(failed('client_aborted'));
  expect(exchange.cancelled?.cause).toBe('client_aborted');
});
