import { describe, expect, test } from 'vitest';
import { failed } from '../../../../src/failure/failed.ts';
import { RetryBudget } from '../../../../src/layers/retry/budget.ts';
import { addAttempt, fakeBody, fakeExchange } from '../../../support/fake-exchange.ts';
import { goesOut, type Step } from '../../../support/fake-forward.ts';
import { FakeResponded } from '../../../support/fake-outcome.ts';
import { empty, runRetry } from '../../../support/fake-retry.ts';

const refused = failed('connection_refused');
const closed = failed('closed_before_response');
const stale = failed('stale_connection');

test('what succeeds at once is not touched', async () => {
  const exchange = fakeExchange();
  const response = new FakeResponded();
  const run = runRetry(exchange, {}, goesOut(response));
  expect(await run.outcome).toBe(response);
  expect(exchange.stopped).toBeUndefined();
});

test('a failed attempt goes elsewhere, and a success is rescued', async () => {
  const exchange = fakeExchange();
  const response = new FakeResponded();
  const run = runRetry(exchange, {}, goesOut(closed), goesOut(response, 'b'));
  expect(await run.outcome).toBe(response);
  expect(exchange.stopped).toBeUndefined();
  expect(exchange.attempts.map(({ target }) => target.name)).toEqual(['a', 'b']);
});

test('after `retries` more attempts it stops, and the last failure stands', async () => {
  const exchange = fakeExchange({ settings: { retry: { retries: 2 } } });
  const last = failed('first_byte_timeout');
  const run = runRetry(exchange, {}, goesOut(closed), goesOut(closed), goesOut(last));
  expect(await run.outcome).toBe(last);
  expect(exchange.stopped).toBe('max_attempts');
});

test('attempts that were sent beside others count as well', async () => {
  const exchange = fakeExchange({ settings: { retry: { retries: 2 } } });
  const besides: Step = (one) => {
    const attempt = addAttempt(exchange, { cause: 'closed_before_response', hedge: true });
    expect(one.attempt).toBe(attempt);
    return closed;
  };
  const run = runRetry(exchange, {}, besides, goesOut(closed, 'b'));
  expect(await run.outcome).toBe(closed);
  expect([run.calls.length, exchange.stopped]).toEqual([2, 'max_attempts']);
});

test('retries 0 sends nothing twice that may have been processed', async () => {
  const exchange = fakeExchange({ settings: { retry: { retries: 0 } } });
  const run = runRetry(exchange, {}, goesOut(closed));
  expect(await run.outcome).toBe(closed);
  expect(exchange.stopped).toBe('max_attempts');
});

describe('free moves', () => {
  test('what provably was not sent moves on beyond the budget, for any method', async () => {
    const exchange = fakeExchange({ method: 'POST', settings: { retry: { retries: 0 } } });
    const response = new FakeResponded();
    const steps = [goesOut(refused), goesOut(refused, 'b'), goesOut(refused, 'c'), goesOut(response, 'd')];
    const run = runRetry(exchange, { budget: empty() }, ...steps);
    expect(await run.outcome).toBe(response);
  });

  test('are three at most, and then each costs a retry', async () => {
    const exchange = fakeExchange({ settings: { retry: { retries: 1 } } });
    const run = runRetry(exchange, {}, ...Array.from({ length: 5 }, () => goesOut(refused)));
    expect(await run.outcome).toBe(refused);
    expect(run.calls).toHaveLength(5);
  });

  test('past them, what provably was not sent still takes nothing out of the budget', async () => {
    const exchange = fakeExchange({ settings: { retry: { retries: 2 } } });
    const response = new FakeResponded();
    const steps = [...Array.from({ length: 5 }, () => goesOut(refused)), goesOut(response)];
    expect(await runRetry(exchange, { budget: empty() }, ...steps).outcome).toBe(response);
  });

  test('a stale connection is one, at once, on the same backend if need be', async () => {
    const exchange = fakeExchange();
    const response = new FakeResponded();
    const run = runRetry(exchange, { where: 'same', budget: empty() }, goesOut(stale), goesOut(response));
    expect(await run.outcome).toBe(response);
    expect(exchange.sameBackendAllowed).toBe(true);
  });

  test('a stale connection is none for a POST: it may have been processed', async () => {
    const exchange = fakeExchange({ method: 'POST' });
    const run = runRetry(exchange, {}, goesOut(stale));
    expect(await run.outcome).toBe(stale);
    expect(exchange.stopped).toBe('method_not_idempotent');
  });
});

describe('the same backend', () => {
  test('is tried again when it is the only one', async () => {
    const exchange = fakeExchange();
    const response = new FakeResponded();
    const run = runRetry(exchange, { where: 'only' }, goesOut(closed), goesOut(response));
    expect(await run.outcome).toBe(response);
    expect(exchange.sameBackendAllowed).toBe(true);
  });

  test('is not tried again when it is one of several', async () => {
    const exchange = fakeExchange();
    const run = runRetry(exchange, { where: 'same' }, goesOut(closed));
    expect(await run.outcome).toBe(closed);
    expect(exchange.stopped).toBe('no_other_backend');
  });

  test('is not tried again where it would fail in the same way', async () => {
    const exchange = fakeExchange();
    const expired = failed('tls_certificate_expired');
    const run = runRetry(exchange, { where: 'only' }, goesOut(expired));
    expect(await run.outcome).toBe(expired);
    expect(exchange.stopped).toBe('no_other_backend');
  });

  test('is not meant by an attempt that can go elsewhere', async () => {
    const exchange = fakeExchange();
    const run = runRetry(exchange, { where: 'other' }, goesOut(closed), goesOut(new FakeResponded()));
    await run.outcome;
    expect(exchange.sameBackendAllowed).toBe(false);
  });
});

describe('it stops', () => {
  test('when the budget is used up', async () => {
    const exchange = fakeExchange();
    const run = runRetry(exchange, { budget: empty() }, goesOut(closed));
    expect(await run.outcome).toBe(closed);
    expect(exchange.stopped).toBe('budget_exhausted');
  });

  test('when the budget gives no second retry', async () => {
    const budget = new RetryBudget({ ratio: 0, minPerSecond: 0.1, windowMs: 10_000 });
    const exchange = fakeExchange();
    const run = runRetry(exchange, { budget }, goesOut(closed), goesOut(closed, 'b'));
    await run.outcome;
    expect([run.calls.length, exchange.stopped]).toEqual([2, 'budget_exhausted']);
  });

  test('when no backend is left', async () => {
    const exchange = fakeExchange();
    await runRetry(exchange, { where: 'none' }, goesOut(closed)).outcome;
    expect(exchange.stopped).toBe('no_other_backend');
  });

  test('when the cause says never', async () => {
    const exchange = fakeExchange();
    await runRetry(exchange, {}, goesOut(failed('response_headers_too_large'))).outcome;
    expect(exchange.stopped).toBe('not_retryable');
  });

  test('when the body cannot be sent again', async () => {
    const exchange = fakeExchange({ body: fakeBody({ replayable: false }) });
    await runRetry(exchange, {}, goesOut(refused)).outcome;
    expect(exchange.stopped).toBe('body_not_replayable');
  });

  test('when it is switched off, for failures and for bad answers', async () => {
    const answer = new FakeResponded(503);
    for (const outcome of [refused, answer]) {
      const exchange = fakeExchange({ settings: { retry: false } });
      expect(await runRetry(exchange, {}, goesOut(outcome)).outcome).toBe(outcome);
      expect(exchange.stopped).toBe('disabled');
    }
    expect(answer.discarded).toBe(0);
  });
});
