import { expect, test, vi } from 'vitest';
import { HookError } from '../../../src/engine/hooks.ts';
import type { Forward } from '../../../src/engine/types.ts';
import { contain } from '../../../src/layers/contain.ts';
import { fakeExchange } from '../../support/fake-exchange.ts';
import { FakeResponded } from '../../support/fake-outcome.ts';

const bug = new RangeError('a bug');
const hook = new HookError('retry.when', new Error('oops'));

test.each<[string, Forward, string, Error]>([
  ['a rejection', () => Promise.reject(bug), 'gateway_error', bug],
  [
    'an exception',
    () => {
      throw bug;
    },
    'gateway_error',
    bug,
  ],
  ['a hook that threw', () => Promise.reject(hook), 'configuration_error', hook],
])('%s becomes a failure, and is reported once', async (_what, below, cause, error) => {
  const onUnexpected = vi.fn();
  const outcome = await contain(onUnexpected)(below)(fakeExchange());
  expect(outcome).toMatchObject({ kind: 'failed', cause, error, verdict: { kind: 'ignored' } });
  expect(onUnexpected).toHaveBeenCalledExactlyOnceWith(error, outcome);
});

test('the option whose function threw is named to trusted readers', async () => {
  const outcome = await contain(() => undefined)(() => Promise.reject(hook))(fakeExchange());
  expect(outcome).toMatchObject({ detail: expect.stringContaining('retry.when') as string });
});

test('an outcome passes untouched', async () => {
  const onUnexpected = vi.fn();
  const response = new FakeResponded();
  expect(await contain(onUnexpected)(() => Promise.resolve(response))(fakeExchange())).toBe(response);
  expect(onUnexpected).not.toHaveBeenCalled();
});
