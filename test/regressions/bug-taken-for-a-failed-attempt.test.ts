// An error thrown below the retry layer, other than a TypeError, was retried like a failed attempt.
import { expect, test } from 'vitest';
import { failed } from '../../src/failure/failed.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { goesOut } from '../support/fake-forward.ts';
import { FakeResponded } from '../support/fake-outcome.ts';
import { runRetry } from '../support/fake-retry.ts';

test('a bug ends it at once, and is not hidden', async () => {
  const bug = new RangeError('a bug');
  const throwing = (): never => {
    throw bug;
  };
  const steps = [goesOut(failed('closed_before_response')), throwing, goesOut(new FakeResponded())];
  const run = runRetry(fakeExchange(), {}, ...steps);
  await expect(run.outcome).rejects.toBe(bug);
  expect(run.calls).toHaveLength(2);
});
