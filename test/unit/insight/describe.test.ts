import { describe, expect, test } from 'vitest';
import { failed } from '../../../src/failure/failed.ts';
import {
  describeAttempt,
  describeExchange,
  describeLimit,
  describeRepeat,
} from '../../../src/insight/describe.ts';
import { addAttempt, fakeExchange } from '../../support/fake-exchange.ts';
import { FakeResponded, FakeUpgraded } from '../../support/fake-outcome.ts';

describe('an exchange', () => {
  test('that was answered', () => {
    const exchange = fakeExchange({ id: 'r', method: 'PUT', path: '/x?y', startedAt: 100 });
    addAttempt(exchange);
    expect(describeExchange(exchange, new FakeResponded(201), 42, 130)).toEqual({
      requestId: 'r',
      method: 'PUT',
      path: '/x?y',
      outcome: 'responded',
      status: 201,
      cause: undefined,
      group: undefined,
      stopped: undefined,
      attemptCount: 1,
      bytes: 42,
      ms: 30,
    });
  });

  test('that failed has the cause of its outcome, and no status', () => {
    const exchange = fakeExchange();
    exchange.stopped = 'budget_exhausted';
    expect(describeExchange(exchange, failed('dns_timeout'), 0, 1_000)).toMatchObject({
      outcome: 'failed',
      status: undefined,
      cause: 'dns_timeout',
      group: 'network',
      stopped: 'budget_exhausted',
    });
  });

  test('with a bad answer of the backend itself', () => {
    const exchange = fakeExchange();
    addAttempt(exchange, { cause: 'backend_status' });
    expect(describeExchange(exchange, new FakeResponded(503), 0, 0)).toMatchObject({
      status: 503,
      cause: 'backend_status',
      group: 'overload',
    });
  });

  test('whose body broke off', () => {
    const exchange = fakeExchange();
    addAttempt(exchange, { cause: 'response_truncated' });
    expect(describeExchange(exchange, new FakeResponded(200), 7, 0)).toMatchObject({
      status: 200,
      cause: 'response_truncated',
      bytes: 7,
    });
  });

  test.each([
    ['response_truncated', 'response_started'],
    ['client_aborted', 'client_gone'],
    ['backend_status', 'max_attempts'],
    [undefined, 'max_attempts'],
  ] as const)('once a response is on its way, %s means %s', (cause, stopped) => {
    const exchange = fakeExchange();
    Object.assign(addAttempt(exchange), { cause });
    exchange.responseStarted = true;
    exchange.stopped = 'max_attempts';
    expect(describeExchange(exchange, new FakeResponded(503), 7, 0)).toMatchObject({ cause, stopped });
  });

  test('that was upgraded', () => {
    expect(describeExchange(fakeExchange(), new FakeUpgraded(), 9, 0)).toMatchObject({
      outcome: 'upgraded',
      status: 101,
      cause: undefined,
      bytes: 9,
    });
  });
});

describe('an attempt', () => {
  test('is told of by its number', () => {
    const exchange = fakeExchange({ id: 'r' });
    addAttempt(exchange, {
      startedAt: 10,
      endedAt: 25,
      phase: 'connect',
      cause: 'connection_refused',
      reached: 'no',
    });
    addAttempt(exchange, { startedAt: 30, status: 504, cause: 'backend_status', phase: 'body' });
    expect(describeAttempt(exchange, 1, 99)).toEqual({
      requestId: 'r',
      number: 1,
      backend: 'a',
      phase: 'connect',
      status: undefined,
      cause: 'connection_refused',
      reached: 'no',
      limit: undefined,
      hedge: false,
      superseded: false,
      ms: 15,
    });
    expect(describeAttempt(exchange, 2, 99)).toMatchObject({ cause: 'backend_status', ms: 69 });
  });

  test('that never was is not told of', () => {
    expect(describeAttempt(fakeExchange(), 1, 0)).toBeUndefined();
  });
});

describe('a decision about sending once more', () => {
  const decision = { kind: 'retry', cause: 'dns_timeout', waitMs: 5, paid: true } as const;

  test('to do so', () => {
    const exchange = fakeExchange({ id: 'r' });
    addAttempt(exchange);
    expect(describeRepeat(exchange, { ...decision, reason: undefined })).toEqual({
      requestId: 'r',
      kind: 'retry',
      decision: 'sent',
      reason: undefined,
      number: 1,
      backend: 'a',
      cause: 'dns_timeout',
      waitMs: 5,
      paid: true,
    });
  });

  test('not to do so, where nothing had been sent at all', () => {
    expect(describeRepeat(fakeExchange(), { ...decision, reason: 'not_retryable' })).toMatchObject({
      decision: 'refused',
      reason: 'not_retryable',
      number: undefined,
      backend: undefined,
    });
  });
});

test('a limit that was reached', () => {
  const exchange = fakeExchange({ id: 'r' });
  const limit = { limitMs: 250, source: 'learned', p50: 10, p99: 20, samples: 1_000 } as const;
  const decision = {
    action: 'cut',
    phase: 'first_byte',
    route: 'GET /x',
    limit,
    configuredMs: 30_000,
  } as const;
  expect(describeLimit(exchange, addAttempt(exchange), decision)).toEqual({
    requestId: 'r',
    action: 'cut',
    phase: 'first_byte',
    route: 'GET /x',
    backend: 'a',
    number: 1,
    ...limit,
    configuredMs: 30_000,
  });
});
