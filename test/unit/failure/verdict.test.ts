import { expect, test } from 'vitest';
import type { CauseCode } from '../../../src/engine/types.ts';
import { causes } from '../../../src/failure/causes.ts';
import { failed } from '../../../src/failure/failed.ts';
import { isBackendFailure, verdictOf, verdictOfStatus } from '../../../src/failure/verdict.ts';

test.each([
  [200, 'success'],
  [404, 'success'],
  [429, 'ignored'],
  [500, 'success'],
  [501, 'success'],
  [502, 'failure'],
  [503, 'failure'],
  [504, 'failure'],
  [505, 'success'],
])('%i is a %s', (status, kind) => {
  expect(verdictOfStatus(status).kind).toBe(kind);
  expect(isBackendFailure(status)).toBe(kind === 'failure');
});

test.each(Object.keys(causes) as CauseCode[])('%s is judged as the breaker column says', (cause) => {
  const expected = causes[cause].breaker === 'ignored' ? { kind: 'ignored' } : { kind: 'failure', cause };
  expect(verdictOf(cause)).toEqual(expected);
});

test('a failure is what the table says of its cause, unless more is known', () => {
  expect(failed('connection_refused')).toEqual({
    kind: 'failed',
    cause: 'connection_refused',
    reached: 'no',
    verdict: { kind: 'failure', cause: 'connection_refused' },
  });
  expect(failed('plaintext_on_tls_port', { reached: 'no', detail: 'x' })).toMatchObject({
    reached: 'no',
    detail: 'x',
  });
});
