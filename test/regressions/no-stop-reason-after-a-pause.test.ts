// A client that left during the pause before a retry left no reason for stopping in the report.
import { expect, test } from 'vitest';
import { failed } from '../../src/failure/failed.ts';
import { flush } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { goesOut } from '../support/fake-forward.ts';
import { runRetry } from '../support/fake-retry.ts';

test.each([
  ['client_aborted', 'client_gone'],
  ['deadline_exceeded', 'deadline'],
] as const)('%s in a pause: %s', async (cause, reason) => {
  const exchange = fakeExchange();
  const steps = goesOut(failed('closed_before_response'));
  const run = runRetry(exchange, { where: 'only', random: () => 0.5 }, steps);
  await flush();
  exchange.cancel(failed(cause));
  await run.outcome;
  expect(exchange.stopped).toBe(reason);
});
