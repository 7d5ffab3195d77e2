// A POST that had been sent, and was then given up for a reason that lies elsewhere, was reported as safe to repeat.
import { expect, test } from 'vitest';
import type { Failed, Outcome, Phase } from '../../src/engine/types.ts';
import { failed } from '../../src/failure/failed.ts';
import { answerFailure } from '../../src/failure/report/answer.ts';
import { DirectAttempt } from '../../src/forwarders/direct-attempt.ts';
import { IdleAge } from '../../src/forwarders/idle-age.ts';
import { PlaintextCheck } from '../../src/forwarders/plaintext-check.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { addAttempt, fakeExchange } from '../support/fake-exchange.ts';

function reportOf(phase: Phase, reason: Failed) {
  const exchange = fakeExchange({ method: 'POST' });
  const attempt = addAttempt(exchange, { phase });
  const outcomes: Outcome[] = [];
  const clock = new FakeClock();
  const plaintext = new PlaintextCheck(clock, () => ({ abort: () => undefined }));
  const context = { clock, name: 'causeway', plaintext, idleAge: new IdleAge() };
  new DirectAttempt(exchange, attempt, context, (outcome) => outcomes.push(outcome)).cancel(reason);
  const [outcome] = outcomes;
  if (outcome?.kind !== 'failed') throw new Error('it was not given up');
  const { report } = answerFailure(exchange, outcome, 'causeway', exchange.settings.errors);
  return { reached: report.reached, retryable: report.retryable, attempt: attempt.reached };
}

test('a gateway that closes while it waits for the answer', () => {
  const reason = failed('no_healthy_backend', { detail: 'The gateway is shutting down.' });
  expect(reason.reached).toBe('no');
  expect(reportOf('wait', reason)).toEqual({ reached: 'maybe', retryable: false, attempt: 'maybe' });
});

test.each(['request_rejected', 'request_body_timeout'] as const)(
  'a client that goes wrong in the middle of its upload: %s',
  (cause) => {
    expect(reportOf('send', failed(cause))).toEqual({ reached: 'maybe', retryable: false, attempt: 'maybe' });
  },
);

test('before anything was sent, nothing was processed', () => {
  expect(reportOf('connect', failed('no_healthy_backend'))).toMatchObject({ reached: 'no', retryable: true });
});
