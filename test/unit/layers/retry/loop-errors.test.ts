import { expect, test } from 'vitest';
import { HookError } from '../../../../src/engine/hooks.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { fakeExchange } from '../../../support/fake-exchange.ts';
import { goesOut } from '../../../support/fake-forward.ts';
import { FakeResponded } from '../../../support/fake-outcome.ts';
import { runRetry } from '../../../support/fake-retry.ts';

const throwing = (error: Error) => (): never => {
  throw error;
};

test('a TypeError below is not taken for a network failure, and not swallowed', async () => {
  const bug = new TypeError('x is not a function');
  const run = runRetry(fakeExchange(), {}, goesOut(failed('closed_before_response')), throwing(bug));
  await expect(run.outcome).rejects.toBe(bug);
  expect(run.calls).toHaveLength(2);
});

test('a hook that throws ends it, and the response in hand is let go', async () => {
  const bad = new FakeResponded(503);
  const when = throwing(new Error('oops'));
  const exchange = fakeExchange({ method: 'POST', settings: { retry: { when } } });
  await expect(runRetry(exchange, {}, goesOut(bad)).outcome).rejects.toBeInstanceOf(HookError);
  expect(bad.discarded).toBe(1);
});

test('a response held for an attempt that threw is let go', async () => {
  const bad = new FakeResponded(503);
  const run = runRetry(fakeExchange(), {}, goesOut(bad), throwing(new TypeError('a bug')));
  await expect(run.outcome).rejects.toThrow('a bug');
  expect(bad.discarded).toBe(1);
});
