import { describe, expect, test } from 'vitest';
import type { RepeatDecision, StopReason } from '../../../../src/engine/types.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { retry } from '../../../../src/layers/retry/retry.ts';
import { FakeClock, flush } from '../../../support/fake-clock.ts';
import { fakeBody, fakeExchange } from '../../../support/fake-exchange.ts';
import { goesOut, scripted } from '../../../support/fake-forward.ts';
import { FakeResponded } from '../../../support/fake-outcome.ts';
import { empty, NOBODY, plentiful, type RetryFixture, runRetry } from '../../../support/fake-retry.ts';

const refused = failed('connection_refused');
const closed = failed('closed_before_response');
const stale = failed('stale_connection');

const sent = (given: Partial<RepeatDecision>): RepeatDecision => ({
  kind: 'retry',
  cause: 'closed_before_response',
  reason: undefined,
  waitMs: 0,
  paid: true,
  ...given,
});

const not = (reason: StopReason, given: Partial<RepeatDecision> = {}): RepeatDecision =>
  sent({ reason, paid: false, ...given });

test('a retry, and what paid for it', async () => {
  const run = runRetry(
    fakeExchange(),
    {},
    goesOut(closed),
    goesOut(refused, 'b'),
    goesOut(stale, 'c'),
    goesOut(new FakeResponded(503), 'd'),
    goesOut(new FakeResponded(), 'e'),
  );
  await run.outcome;
  expect(run.decisions).toEqual([
    sent({}),
    sent({ cause: 'connection_refused', paid: false }),
    sent({ cause: 'stale_connection', paid: false }),
    sent({ cause: 'backend_status' }),
  ]);
});

test.each([
  { before: closed, paid: true },
  { before: refused, paid: false },
])('the pause before it ($before.cause)', async ({ before, paid }) => {
  const clock = new FakeClock();
  const where = { clock, where: 'only', random: () => 0.5 } as const;
  const run = runRetry(fakeExchange(), where, goesOut(before), goesOut(new FakeResponded()));
  await flush();
  expect(run.decisions).toEqual([sent({ cause: before.cause, waitMs: 5, paid })]);
  clock.advance(5);
  await run.outcome;
});

describe('a refusal, and why', () => {
  test.each<[StopReason, RetryFixture, Parameters<typeof fakeExchange>[0]]>([
    ['budget_exhausted', { budget: empty() }, {}],
    ['no_other_backend', { where: 'none' }, {}],
    ['method_not_idempotent', {}, { method: 'POST' }],
    ['body_not_replayable', {}, { body: fakeBody({ replayable: false }) }],
    ['max_attempts', {}, { settings: { retry: { retries: 0 } } }],
    ['disabled', {}, { settings: { retry: false } }],
  ])('%s', async (reason, given, exchange) => {
    const run = runRetry(fakeExchange(exchange), given, goesOut(closed));
    await run.outcome;
    expect(run.decisions).toEqual([not(reason)]);
  });

  test('that came only when nothing could be sent', async () => {
    const run = runRetry(fakeExchange(), {}, goesOut(closed), failed('pool_saturated'));
    await run.outcome;
    expect(run.decisions).toEqual([sent({}), not('no_other_backend')]);
  });

  test('that came in the pause', async () => {
    const exchange = fakeExchange();
    const where = { where: 'only', random: () => 0.5 } as const;
    const run = runRetry(exchange, where, goesOut(closed));
    await flush();
    exchange.cancel(failed('client_aborted'));
    await run.outcome;
    expect(run.decisions).toEqual([sent({ waitMs: 5 }), not('client_gone')]);
  });
});

test('nothing is told of a success, and nothing is built for nobody', async () => {
  const run = runRetry(fakeExchange(), {}, goesOut(new FakeResponded()));
  await run.outcome;
  expect(run.decisions).toEqual([]);

  const options = { clock: new FakeClock(), random: () => 0, budget: plentiful(), observer: NOBODY };
  const layer = retry({ ...options, elsewhere: () => 'other' });
  const below = scripted(goesOut(closed), goesOut(new FakeResponded(), 'b'));
  await layer(below.forward)(fakeExchange());
  expect(below.calls).toHaveLength(2);
});
