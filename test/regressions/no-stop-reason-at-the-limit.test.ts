// When free moves and retries were all used up, the report did not say that it had stopped for that.
import { expect, test } from 'vitest';
import { failed } from '../../src/failure/failed.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { goesOut } from '../support/fake-forward.ts';
import { runRetry } from '../support/fake-retry.ts';

test.each([0, 1, 2])(
  'with %i retries and three free moves used up, max_attempts is the reason',
  async (retries) => {
    const exchange = fakeExchange({ settings: { retry: { retries } } });
    const steps = Array.from({ length: 10 }, () => goesOut(failed('connection_refused')));
    const run = runRetry(exchange, {}, ...steps);
    await run.outcome;
    expect([run.calls.length, exchange.stopped]).toEqual([1 + 3 + retries, 'max_attempts']);
  },
);
