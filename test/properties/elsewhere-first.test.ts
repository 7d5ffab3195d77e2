import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import type { CauseCode, Forward, Outcome } from '../../src/engine/types.ts';
import { causes } from '../../src/failure/causes.ts';
import { failed } from '../../src/failure/failed.ts';
import { admits, fakeBackend, tripBreaker } from '../support/fake-backend.ts';
import { FakeClock, passTimeUntil } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { seededRandom } from '../support/fake-random.ts';
import { FakeResponded } from '../support/fake-outcome.ts';
import { fakeStack } from '../support/fake-stack.ts';

const codes = fc.constantFrom(...(Object.keys(causes) as CauseCode[]));
const failures = fc
  .record({ cause: codes, reached: fc.constantFrom('no' as const, 'maybe' as const, 'yes' as const) })
  .map(({ cause, reached }): Outcome => failed(cause, { reached }));
// Half of it: what may go to the same backend again although there are others.
const stale = fc.constant<Outcome>(failed('stale_connection'));
const answers = fc.constantFrom(502, 503, 504).map((status) => new FakeResponded(status));
const outcomes = fc.array(fc.oneof(failures, stale, answers), { minLength: 20, maxLength: 20 });
const states = fc.array(fc.constantFrom('in' as const, 'in' as const, 'open' as const, 'full' as const), {
  minLength: 1,
  maxLength: 5,
});

interface Try {
  readonly backend: Backend;
  readonly at: number;
  readonly outcome: Outcome;
  /** Not tried, and would have taken it. */
  readonly passedOver: readonly Backend[];
}

function backendOf(state: 'in' | 'open' | 'full', index: number, now: number): Backend {
  const backend = fakeBackend(`b${index}`, { limit: 2, now });
  if (state === 'open' && backend.breaker) tripBreaker(backend.breaker, now);
  if (state === 'full') for (let i = 0; i < 2; i += 1) backend.enter(now);
  return backend;
}

/** One GET over a pool in these states, with these outcomes in turn. */
async function play(given: readonly ('in' | 'open' | 'full')[], script: readonly Outcome[], seed: number) {
  const clock = new FakeClock();
  const [first, ...others] = given.map((state, index) => backendOf(state, index, clock.now()));
  if (!first) throw new Error('no backend');
  const backends = [first, ...others];
  const tries: Try[] = [];
  const hop: Forward = (exchange) => {
    const outcome = script[tries.length] ?? new FakeResponded();
    const attempt = exchange.attempt;
    const backend = backends.find(({ target }) => target === attempt?.target);
    if (!attempt || !backend) throw new Error('no backend was selected');
    const passedOver = backends.filter(
      (one) =>
        one !== backend &&
        admits(one, clock.now()) &&
        !exchange.attempts.some(({ target }) => target === one.target),
    );
    tries.push({ backend, at: clock.now(), outcome, passedOver });
    attempt.cause = outcome.kind === 'failed' ? outcome.cause : 'backend_status';
    return Promise.resolve(outcome);
  };
  const random = seededRandom(seed);
  const forward = fakeStack({ backends: [first, ...others], clock, random }, hop);
  const exchange = fakeExchange({ settings: { retry: { retries: 5 } } });
  await passTimeUntil(clock, forward(exchange));
  return tries;
}

test('never the same failed backend while another one is available, and no pause before another one', async () => {
  let again = 0;
  await fc.assert(
    fc.asyncProperty(states, outcomes, fc.nat(), async (given, script, seed) => {
      const tries = await play(given, script, seed);
      for (const [index, one] of tries.entries()) {
        const before = tries.slice(0, index);
        const last = before.at(-1);
        if (!last) continue;
        if (!before.some(({ backend }) => backend === one.backend)) {
          expect(one.at).toBe(last.at);
          continue;
        }
        again += 1;
        expect(one.passedOver).toEqual([]);
        expect(one.backend).toBe(last.backend);
        const isStale = last.outcome.kind === 'failed' && last.outcome.cause === 'stale_connection';
        if (!isStale) expect(given).toHaveLength(1);
        if (!isStale) expect(one.at).toBeGreaterThan(last.at);
      }
    }),
    { numRuns: 1_000 },
  );
  // Otherwise nothing was shown.
  expect(again).toBeGreaterThan(100);
});
