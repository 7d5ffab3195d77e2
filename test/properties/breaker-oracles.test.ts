import fc from 'fast-check';
import CircuitBreaker from 'opossum';
import { expect, test } from 'vitest';
import type { BreakerSettings } from '../../src/engine/settings.ts';
import { failedWith, fakeBreaker, SAYS_NOTHING, SUCCEEDED } from '../support/fake-backend.ts';

const outcomes = fc.array(fc.constantFrom('ok', 'refused', 'bad status', 'ignored'), {
  maxLength: 120,
  size: 'max',
});
type Outcome = 'ok' | 'refused' | 'bad status' | 'ignored';

const VERDICTS = {
  ok: SUCCEEDED,
  refused: failedWith('connection_refused'),
  'bad status': failedWith('backend_status'),
  ignored: SAYS_NOTHING,
};

/** After how many outcomes ours opens; Infinity when it does not. All within one window. */
function opensAt(sequence: readonly Outcome[], settings: Partial<BreakerSettings>): number {
  const breaker = fakeBreaker({ settings });
  for (const [index, outcome] of sequence.entries()) {
    breaker.enter(1_000)?.settle(VERDICTS[outcome], 1_000);
    if (breaker.state !== 'closed') return index + 1;
  }
  return Infinity;
}

/** opossum itself. Its comparison is strict, and it has no outcome that says nothing: such calls are not made. */
async function opossumOpensAt(sequence: readonly Outcome[], rate: number, volume: number): Promise<number> {
  const action = (fails: boolean) => (fails ? Promise.reject(new Error('x')) : Promise.resolve());
  const breaker = new CircuitBreaker(
    action as () => unknown,
    {
      timeout: false,
      resetTimeout: 1e6,
      errorThresholdPercentage: rate * 100 - 1e-6,
      volumeThreshold: volume,
      rollingCountTimeout: 10_000,
      rollingCountBuckets: 10,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
    } as never,
  );
  const fire = breaker.fire.bind(breaker) as (fails: boolean) => Promise<unknown>;
  try {
    for (const [index, outcome] of sequence.entries()) {
      if (outcome === 'ignored') continue;
      await fire(outcome !== 'ok').catch(() => undefined);
      if (breaker.opened) return index + 1;
    }
    return Infinity;
  } finally {
    breaker.shutdown();
  }
}

test('the failure rate opens it exactly when opossum opens', async () => {
  await fc.assert(
    fc.asyncProperty(
      outcomes,
      fc.constantFrom(0.1, 0.25, 1 / 3, 0.5, 0.9, 1),
      fc.integer({ min: 1, max: 30 }),
      async (sequence, failureRate, minRequests) => {
        const settings = { failureRate, minRequests, consecutiveFailures: 1_000 };
        expect(opensAt(sequence, settings)).toBe(await opossumOpensAt(sequence, failureRate, minRequests));
      },
    ),
  );
});

/** cockatiel's ConsecutiveBreaker: `++count >= threshold` opens, a success sets it to 0. */
function cockatielOpensAt(sequence: readonly Outcome[], threshold: number): number {
  let count = 0;
  for (const [index, outcome] of sequence.entries()) {
    if (outcome === 'ok') count = 0;
    if (outcome === 'refused' && (count += 1) >= threshold) return index + 1;
  }
  return Infinity;
}

test('failures to connect in a row open it exactly when cockatiel opens', () => {
  fc.assert(
    fc.property(outcomes, fc.integer({ min: 1, max: 8 }), (sequence, consecutiveFailures) => {
      // A bad status is another matter there: see below.
      const connections = sequence.filter((outcome) => outcome !== 'bad status');
      const settings = { consecutiveFailures, minRequests: 100_000 };
      expect(opensAt(connections, settings)).toBe(cockatielOpensAt(connections, consecutiveFailures));
    }),
  );
});

/** Envoy with `split_external_local_origin_errors`: any answer, a 5xx too, begins local-origin failures again. */
function envoyEjectsAt(sequence: readonly Outcome[], consecutiveLocalOrigin: number): number {
  let count = 0;
  for (const [index, outcome] of sequence.entries()) {
    if (outcome === 'ok' || outcome === 'bad status') count = 0;
    if (outcome === 'refused' && (count += 1) >= consecutiveLocalOrigin) return index + 1;
  }
  return Infinity;
}

test('with bad answers in between, exactly when Envoy ejects for failures of local origin', () => {
  fc.assert(
    fc.property(outcomes, fc.integer({ min: 1, max: 8 }), (sequence, consecutiveFailures) => {
      const settings = { consecutiveFailures, minRequests: 100_000 };
      expect(opensAt(sequence, settings)).toBe(envoyEjectsAt(sequence, consecutiveFailures));
    }),
  );
});
