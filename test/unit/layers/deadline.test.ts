import { expect, test } from 'vitest';
import type { Outcome, RequestBody } from '../../../src/engine/types.ts';
import { deadline } from '../../../src/layers/deadline.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { addAttempt, fakeBody, fakeExchange } from '../../support/fake-exchange.ts';
import { deferred, FakeResponded } from '../../support/fake-outcome.ts';

function start(clock: FakeClock, body?: RequestBody, deadlineMs = 100) {
  const exchange = fakeExchange({
    startedAt: clock.now(),
    settings: { timeouts: { deadlineMs } },
    ...(body && { body }),
  });
  const { promise, resolve } = deferred<Outcome>();
  const outcome = deadline(clock)(() => promise)(exchange);
  return { exchange, outcome, resolve };
}

test('cancels the exchange when its time is up, and not before', () => {
  const clock = new FakeClock();
  const { exchange } = start(clock);
  clock.advance(99);
  expect(exchange.cancelled).toBeUndefined();
  clock.advance(1);
  expect(exchange.cancelled?.cause).toBe('deadline_exceeded');
  expect(clock.pending).toBe(0);
});

test('ends with the response head', async () => {
  const clock = new FakeClock();
  const { exchange, outcome, resolve } = start(clock);
  const response = new FakeResponded();
  resolve(response);
  expect(await outcome).toBe(response);
  expect(clock.pending).toBe(0);
  clock.advance(1_000);
  expect(exchange.cancelled).toBeUndefined();
});

test('stands still while the client is sending, and counts from its last byte', () => {
  const clock = new FakeClock();
  const body = { ...fakeBody(), receivedAt: undefined as number | undefined };
  const { exchange } = start(clock, body);
  addAttempt(exchange, { phase: 'send' });
  clock.advance(10_000);
  expect(exchange.cancelled).toBeUndefined();
  body.receivedAt = clock.now();
  clock.advance(99);
  expect(exchange.cancelled).toBeUndefined();
  clock.advance(1);
  expect(exchange.cancelled?.cause).toBe('deadline_exceeded');
});

test('Infinity sets no timer', () => {
  const clock = new FakeClock();
  start(clock, undefined, Infinity);
  expect(clock.pending).toBe(0);
});

test.each([
  ['40', 40],
  ['400', 100],
  ['soon', 100],
])('a trusted peer that gives %s ms: cancelled after %i', (value, afterMs) => {
  const clock = new FakeClock();
  const exchange = fakeExchange({
    startedAt: clock.now(),
    rawHeaders: ['X-Left', value],
    settings: { timeouts: { deadlineMs: 100, deadlineHeader: 'X-Left' }, headers: { trust: true } },
  });
  void deadline(clock)(() => new Promise(() => undefined))(exchange);
  clock.advance(afterMs - 1);
  expect(exchange.cancelled).toBeUndefined();
  clock.advance(1);
  expect(exchange.cancelled?.cause).toBe('deadline_exceeded');
});

test('a trusted peer sets a limit where there was none', () => {
  const clock = new FakeClock();
  const exchange = fakeExchange({
    startedAt: clock.now(),
    rawHeaders: ['X-Left', '40'],
    settings: { timeouts: { deadlineMs: Infinity, deadlineHeader: 'X-Left' }, headers: { trust: true } },
  });
  void deadline(clock)(() => new Promise(() => undefined))(exchange);
  clock.advance(40);
  expect(exchange.cancelled?.cause).toBe('deadline_exceeded');
});
