import { expect, test } from 'vitest';
import { failed } from '../../../../src/failure/failed.ts';
import { FakeClock, flush } from '../../../support/fake-clock.ts';
import { fakeExchange } from '../../../support/fake-exchange.ts';
import { goesOut } from '../../../support/fake-forward.ts';
import { FakeResponded } from '../../../support/fake-outcome.ts';
import { runRetry } from '../../../support/fake-retry.ts';

const closed = failed('closed_before_response');
const half = (): number => 0.5;

test('switching to another backend needs none', async () => {
  const clock = new FakeClock();
  const run = runRetry(
    fakeExchange(),
    { clock, random: half },
    goesOut(closed),
    goesOut(new FakeResponded()),
  );
  await run.outcome;
  expect(clock.pending).toBe(0);
});

test('the same backend is left alone for a while, longer each time', async () => {
  const clock = new FakeClock();
  const run = runRetry(
    fakeExchange(),
    { clock, random: half, where: 'only' },
    goesOut(closed),
    goesOut(closed),
    goesOut(closed),
  );
  await flush();
  expect([run.calls.length, clock.pending]).toEqual([1, 1]);
  clock.advance(4.9);
  await flush();
  expect(run.calls).toHaveLength(1);
  clock.advance(0.1);
  await flush();
  expect(run.calls).toHaveLength(2);
  clock.advance(9.9);
  await flush();
  expect(run.calls).toHaveLength(2);
  clock.advance(0.1);
  await flush();
  expect(run.calls).toHaveLength(3);
  expect(await run.outcome).toBe(closed);
});

test('giving up ends it at once', async () => {
  const clock = new FakeClock();
  const exchange = fakeExchange();
  const run = runRetry(exchange, { clock, random: half, where: 'only' }, goesOut(closed));
  await flush();
  const gone = failed('client_aborted');
  exchange.cancel(gone);
  expect(await run.outcome).toBe(gone);
  expect([run.calls.length, clock.pending]).toEqual([1, 0]);
});

test('a held response is let go when the client went away meanwhile', async () => {
  const clock = new FakeClock();
  const exchange = fakeExchange();
  const bad = new FakeResponded(503);
  const run = runRetry(exchange, { clock, random: half, where: 'only' }, goesOut(bad));
  await flush();
  exchange.cancel(failed('client_aborted'));
  expect(await run.outcome).toMatchObject({ cause: 'client_aborted' });
  expect(bad.discarded).toBe(1);
});

test('a held response is the best answer when the gateway gives up meanwhile', async () => {
  const clock = new FakeClock();
  const exchange = fakeExchange();
  const bad = new FakeResponded(503);
  const run = runRetry(exchange, { clock, random: half, where: 'only' }, goesOut(bad));
  await flush();
  exchange.cancel(failed('deadline_exceeded'));
  expect(await run.outcome).toBe(bad);
  expect(bad.discarded).toBe(0);
});

test('one that would pass the deadline is not begun', async () => {
  const clock = new FakeClock();
  const exchange = fakeExchange({ startedAt: clock.now(), settings: { timeouts: { deadlineMs: 4 } } });
  const run = runRetry(exchange, { clock, random: half, where: 'only' }, goesOut(closed));
  expect(await run.outcome).toBe(closed);
  expect([exchange.stopped, clock.pending]).toEqual(['deadline', 0]);
});
