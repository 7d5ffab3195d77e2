// When time ran out while a second attempt waited for a slot, what the first one had failed of was not told.
import { expect, test } from 'vitest';
import { failed } from '../../src/failure/failed.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { goesOut } from '../support/fake-forward.ts';
import { runRetry } from '../support/fake-retry.ts';

test('the cause is that of the attempt that went out, the deadline why there was no other', async () => {
  const exchange = fakeExchange();
  const closed = failed('closed_before_response');
  const run = runRetry(exchange, {}, goesOut(closed), (waiting) => {
    const late = failed('deadline_exceeded');
    waiting.cancel(late);
    return late;
  });
  expect(await run.outcome).toBe(closed);
  expect(exchange.stopped).toBe('deadline');
});
