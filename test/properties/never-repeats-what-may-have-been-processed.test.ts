import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isIdempotent } from '../../src/engine/methods.ts';
import type { CauseCode, Outcome } from '../../src/engine/types.ts';
import { causes } from '../../src/failure/causes.ts';
import { failed } from '../../src/failure/failed.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeBody, fakeExchange } from '../support/fake-exchange.ts';
import { goesOut, type Step } from '../support/fake-forward.ts';
import { FakeResponded } from '../support/fake-outcome.ts';
import { plentiful, runRetry } from '../support/fake-retry.ts';

const methods = fc.constantFrom('GET', 'HEAD', 'PUT', 'DELETE', 'QUERY', 'POST', 'PATCH', 'LOCK', 'post');
const codes = fc.constantFrom(...(Object.keys(causes) as CauseCode[]));
const failures = fc
  .record({ cause: codes, reached: fc.constantFrom('no' as const, 'maybe' as const, 'yes' as const) })
  .map(({ cause, reached }): Outcome => failed(cause, { reached }));
const answers = fc.constantFrom(200, 404, 429, 500, 502, 503, 504).map((status) => new FakeResponded(status));
const outcomes = fc.array(fc.oneof(failures, answers), { minLength: 30, maxLength: 30 });
const places = fc.array(
  fc.constantFrom('other' as const, 'only' as const, 'same' as const, 'none' as const),
  {
    minLength: 1,
    maxLength: 10,
  },
);

const mayHaveBeenProcessed = (outcome: Outcome): boolean =>
  outcome.kind !== 'failed' || outcome.reached !== 'no';

test('whatever happens, in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(methods, outcomes, places, fc.nat(10), fc.boolean(), fc.boolean(), async (...given) => {
      const [method, script, where, retries, replayable, optedIn] = given;
      const asked: CauseCode[] = [];
      const when = (_request: unknown, cause: CauseCode): boolean => {
        asked.push(cause);
        return optedIn;
      };
      const exchange = fakeExchange({
        method,
        body: fakeBody({ replayable }),
        settings: { retry: { retries, when } },
      });
      const played: Outcome[] = [];
      const steps = script.map((outcome): Step => {
        const step = goesOut(outcome);
        return (one) => {
          played.push(outcome);
          return typeof step === 'function' ? step(one) : step;
        };
      });
      const given2 = { where, budget: plentiful(), clock: new FakeClock() };
      const outcome = await runRetry(exchange, given2, ...steps).outcome;
      expect(played.at(-1)).toBe(outcome);
      expect(played.length).toBeLessThanOrEqual(1 + retries + 3);
      const repeated = played.slice(0, -1);
      if (repeated.length > 0) expect(replayable).toBe(true);
      if (!isIdempotent(method) && !optedIn) expect(repeated.filter(mayHaveBeenProcessed)).toEqual([]);
      for (const one of repeated)
        if (one.kind === 'failed') expect(causes[one.cause].retry).not.toBe('never');
    }),
    { numRuns: 2_000 },
  );
});
