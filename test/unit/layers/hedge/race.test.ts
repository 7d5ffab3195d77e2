import { describe, expect, test } from 'vitest';
import type { CauseCode, Failed } from '../../../../src/engine/types.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { flush } from '../../../support/fake-clock.ts';
import { fakeExchange } from '../../../support/fake-exchange.ts';
import { HedgeFixture } from '../../../support/fake-hedge.ts';
import { FakeResponded } from '../../../support/fake-outcome.ts';

/** Two attempts of one exchange under way. */
function race() {
  const fixture = new HedgeFixture();
  const exchange = fakeExchange({ settings: { retry: { hedge: { quantile: 0.95, delayMs: undefined } } } });
  const outcome = fixture.run(exchange);
  fixture.clock.advance(100);
  const [first, second] = fixture.hops;
  if (!first || !second) throw new Error('there are not two attempts');
  return { fixture, exchange, outcome, first, second };
}

type Side = 'first' | 'second';
const SIDES: readonly [Side, Side][] = [
  ['first', 'second'],
  ['second', 'first'],
];

describe.each(SIDES)('the %s', (winner, loser) => {
  test('answers first and wins; the other one is given up, and nobody is to blame', async () => {
    const two = race();
    const response = new FakeResponded();
    two[winner].end(response);
    expect(await two.outcome).toBe(response);
    expect([two[winner].cancelledWith, response.discarded]).toEqual([undefined, 0]);
    expect(two[loser].cancelledWith?.verdict).toEqual({ kind: 'ignored' });
    expect(two[loser].attempt).toMatchObject({ superseded: true, cause: undefined });
    expect(two[winner].attempt.superseded).toBe(false);
    // What the client does now concerns the response.
    expect(two.exchange.attempt).toBe(two[winner].attempt);
    expect(two.exchange.waiting).toBe(two[winner]);
    two.exchange.cancel(failed('client_aborted'));
    expect(two[winner].cancelledWith?.cause).toBe('client_aborted');
  });

  test.each(['closed_before_response', 'connection_refused', 'first_byte_timeout'] as const)(
    'wins although the other one has failed (%s)',
    async (cause) => {
      const two = race();
      two[loser].end(failed(cause));
      await flush();
      const response = new FakeResponded();
      two[winner].end(response);
      expect(await two.outcome).toBe(response);
      expect(two[loser].attempt).toMatchObject({ superseded: false, cause });
      expect(two.exchange.waiting).toBe(two[winner]);
    },
  );

  test.each([502, 503, 504])('wins over a %i that came earlier', async (status) => {
    const two = race();
    const bad = new FakeResponded(status);
    two[loser].end(bad);
    await flush();
    expect(bad.discarded).toBe(0);
    const response = new FakeResponded();
    two[winner].end(response);
    expect(await two.outcome).toBe(response);
    expect([bad.discarded, two[loser].attempt.superseded]).toEqual([1, false]);
  });

  test.each([200, 404, 429, 500])('wins with a %i', async (status) => {
    const two = race();
    const response = new FakeResponded(status);
    two[winner].end(response);
    expect(await two.outcome).toBe(response);
  });

  test('wins, and what the other one answers all the same is dropped', async () => {
    const two = race();
    // Nothing to cancel: it is a forwarder that cannot.
    two[loser].attempt.running = undefined;
    two[winner].end(new FakeResponded());
    await two.outcome;
    const late = new FakeResponded();
    two[loser].end(late);
    await flush();
    expect(late.discarded).toBe(1);
  });

  test('has an answer of its own: it stands when the other one fails', async () => {
    const two = race();
    const bad = new FakeResponded(503);
    two[winner].end(bad);
    await flush();
    two[loser].end(failed('closed_before_response'));
    expect(await two.outcome).toBe(bad);
    expect([bad.discarded, two.exchange.waiting]).toEqual([0, two[winner]]);
    expect(two.exchange.attempt).toBe(two[winner].attempt);
  });

  test('fails last: there is one failure, that of the later attempt, and both are on record', async () => {
    const two = race();
    const causes: Record<Side, CauseCode> = { first: 'closed_before_response', second: 'connection_refused' };
    two[loser].end(failed(causes[loser]));
    await flush();
    two[winner].end(failed(causes[winner]));
    const outcome = (await two.outcome) as Failed;
    // One of them may have been processed.
    expect(outcome).toMatchObject({ kind: 'failed', cause: 'connection_refused', reached: 'maybe' });
    expect(two.exchange.attempts.map(({ cause }) => cause)).toEqual([causes.first, causes.second]);
    expect(two.exchange.attempt).toBe(two.second.attempt);
    expect(two.exchange.waiting).toBeUndefined();
  });
});

test('of two bad answers the later attempt’s stands, the other one is dropped', async () => {
  for (const order of SIDES) {
    const two = race();
    const bad = { first: new FakeResponded(503), second: new FakeResponded(502) };
    for (const side of order) {
      two[side].end(bad[side]);
      await flush();
    }
    expect(await two.outcome).toBe(bad.second);
    expect([bad.first.discarded, bad.second.discarded]).toEqual([1, 0]);
  }
});

describe('giving up the exchange', () => {
  test.each(['client_aborted', 'deadline_exceeded'] as const)('ends both (%s)', async (cause) => {
    const two = race();
    expect(two.exchange.waiting).not.toBe(two.first);
    two.exchange.cancel(failed(cause));
    expect(await two.outcome).toMatchObject({ kind: 'failed', cause });
    expect([two.first.cancelledWith?.cause, two.second.cancelledWith?.cause]).toEqual([cause, cause]);
    expect(two.exchange.attempts.map(({ superseded }) => superseded)).toEqual([false, false]);
    expect(two.exchange.waiting).toBeUndefined();
  });

  test.each(SIDES)('ends the %s when the other one has failed already', async (left, gone) => {
    const two = race();
    two[gone].end(failed('closed_before_response'));
    await flush();
    two.exchange.cancel(failed('deadline_exceeded'));
    await two.outcome;
    expect(two[left].cancelledWith?.cause).toBe('deadline_exceeded');
    expect(two[gone].cancelledWith).toBeUndefined();
  });

  test.each(SIDES)('drops a bad answer of the %s when the client is gone', async (answered, other) => {
    const two = race();
    const bad = new FakeResponded(503);
    two[answered].end(bad);
    await flush();
    two.exchange.cancel(failed('client_aborted'));
    expect(await two.outcome).toMatchObject({ cause: 'client_aborted' });
    expect([bad.discarded, two[other].cancelledWith?.cause]).toEqual([1, 'client_aborted']);
  });

  test('gives a bad answer when it is the deadline: it is the best there is', async () => {
    const two = race();
    const bad = new FakeResponded(503);
    two.second.end(bad);
    await flush();
    two.exchange.cancel(failed('deadline_exceeded'));
    expect(await two.outcome).toBe(bad);
    expect([bad.discarded, two.exchange.waiting]).toEqual([0, two.second]);
  });
});
