import { expect, test } from 'vitest';
import { failed } from '../../../../src/failure/failed.ts';
import { fakeExchange } from '../../../support/fake-exchange.ts';
import { goesOut } from '../../../support/fake-forward.ts';
import { FakeResponded } from '../../../support/fake-outcome.ts';
import { empty, runRetry } from '../../../support/fake-retry.ts';

test.each([502, 503, 504])('%i is tried elsewhere', async (status) => {
  const bad = new FakeResponded(status);
  const good = new FakeResponded(200);
  const run = runRetry(fakeExchange(), {}, goesOut(bad), goesOut(good, 'b'));
  expect(await run.outcome).toBe(good);
  expect(bad.discarded).toBe(1);
});

test.each([200, 301, 404, 429, 500, 501, 505])('%i is the answer', async (status) => {
  const answer = new FakeResponded(status);
  expect(await runRetry(fakeExchange(), {}, goesOut(answer)).outcome).toBe(answer);
});

test('a bad answer to a POST is the answer', async () => {
  const bad = new FakeResponded(503);
  const exchange = fakeExchange({ method: 'POST' });
  expect(await runRetry(exchange, {}, goesOut(bad)).outcome).toBe(bad);
  expect(exchange.stopped).toBe('method_not_idempotent');
});

test('it is held until a next attempt has begun, and given when none did', async () => {
  const bad = new FakeResponded(503);
  const exchange = fakeExchange();
  const run = runRetry(exchange, {}, goesOut(bad), failed('circuit_open'));
  expect(await run.outcome).toBe(bad);
  expect([bad.discarded, exchange.held, exchange.stopped]).toEqual([0, undefined, 'no_other_backend']);
});

test('a failure that follows it is the outcome: it was let go', async () => {
  const bad = new FakeResponded(503);
  const closed = failed('closed_before_response');
  const exchange = fakeExchange({ settings: { retry: { retries: 1 } } });
  expect(await runRetry(exchange, {}, goesOut(bad), goesOut(closed, 'b')).outcome).toBe(closed);
  expect(bad.discarded).toBe(1);
});

test('of two bad answers the last one stands', async () => {
  const first = new FakeResponded(503);
  const second = new FakeResponded(502);
  const exchange = fakeExchange({ settings: { retry: { retries: 1 } } });
  expect(await runRetry(exchange, {}, goesOut(first), goesOut(second, 'b')).outcome).toBe(second);
  expect([first.discarded, second.discarded]).toEqual([1, 0]);
});

test('with the budget used up it is passed through', async () => {
  const bad = new FakeResponded(503);
  expect(await runRetry(fakeExchange(), { budget: empty() }, goesOut(bad)).outcome).toBe(bad);
  expect(bad.discarded).toBe(0);
});

test('a failure to find a backend does not replace the failure of the last real attempt', async () => {
  const closed = failed('closed_before_response');
  const exchange = fakeExchange();
  expect(await runRetry(exchange, {}, goesOut(closed), failed('pool_saturated')).outcome).toBe(closed);
  expect(exchange.stopped).toBe('no_other_backend');
});
