// A `retry.when` that threw while the learned limit looked at an attempt threw out of a timer, and ended the process.
import { expect, test } from 'vitest';
import type { CauseCode, Outcome } from '../../src/engine/types.ts';
import { attemptTimeout } from '../../src/layers/attempt-timeout/attempt-timeout.ts';
import { LearnedLimits } from '../../src/layers/attempt-timeout/learned-limits.ts';
import { couldRepeat } from '../../src/layers/retry/could-repeat.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { addAttempt, fakeExchange } from '../support/fake-exchange.ts';
import { deferred, FakeResponded } from '../support/fake-outcome.ts';
import { plentiful } from '../support/fake-retry.ts';

const when = (): never => {
  throw new Error('oops');
};

test('a hook that throws leaves the attempt to the configured limit', async () => {
  const clock = new FakeClock();
  const budget = plentiful();
  const layer = attemptTimeout({
    learned: new LearnedLimits(),
    clock,
    canGoElsewhere: (exchange) => couldRepeat(exchange, 'other', budget, clock.now()),
  });
  const begin = () => {
    const exchange = fakeExchange({
      method: 'POST',
      settings: { retry: { when }, timeouts: { firstByteMs: 10_000 } },
    });
    const attempt = addAttempt(exchange, { sentAt: clock.now() });
    const { promise, resolve } = deferred<Outcome>();
    return { attempt, outcome: layer(() => promise)(exchange), resolve };
  };
  for (let i = 0; i < 1_000; i += 1) {
    const { attempt, outcome, resolve } = begin();
    clock.advance(10);
    attempt.answeredAt = clock.now();
    resolve(new FakeResponded());
    await outcome;
  }
  const { attempt } = begin();
  const cuts: CauseCode[] = [];
  attempt.running = { cancel: ({ cause }) => cuts.push(cause) };
  expect(() => clock.advance(9_999)).not.toThrow();
  expect(cuts).toEqual([]);
  clock.advance(1);
  expect([cuts, attempt.limit?.source]).toEqual([['first_byte_timeout'], 'configured']);
});
