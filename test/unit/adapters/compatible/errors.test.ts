import { expect, test } from 'vitest';
import { errorOf } from '../../../../src/adapters/compatible/errors.ts';
import { HookError } from '../../../../src/engine/hooks.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { ConnectError } from '../../../../src/forwarders/connect-error.ts';

const codeOf = (failure: Parameters<typeof errorOf>[0]): unknown =>
  (errorOf(failure) as NodeJS.ErrnoException).code;

test('an error handler gets the error of the system, where there is one', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(errorOf(failed('connection_refused', { error: new ConnectError('connect', refused) }))).toBe(
    refused,
  );
});

test('else one with a code that it may know, or with the cause', () => {
  expect(codeOf(failed('first_byte_timeout'))).toBe('ETIMEDOUT');
  expect(codeOf(failed('circuit_open'))).toBe('circuit_open');
});

test('and what a function of the user’s threw, as it was thrown', () => {
  const thrown = new Error('mine');
  expect(errorOf(failed('configuration_error', { error: new HookError('on.proxyReq', thrown) }))).toBe(
    thrown,
  );
});
