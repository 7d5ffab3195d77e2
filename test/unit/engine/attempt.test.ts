import { expect, test } from 'vitest';
import { BackendAttempt, isUnsent } from '../../../src/engine/attempt.ts';
import type { Phase } from '../../../src/engine/types.ts';
import { fakeTarget } from '../../support/fake-exchange.ts';

test.each<[Phase, boolean]>([
  ['select', true],
  ['dns', true],
  ['connect', true],
  ['tls', true],
  ['send', false],
  ['wait', false],
  ['body', false],
])('in phase %s, not a byte was sent: %s', (phase, unsent) => {
  expect(isUnsent(phase)).toBe(unsent);
});

test('an attempt begins before anything is known of it', () => {
  expect(new BackendAttempt(2, fakeTarget(), 5)).toMatchObject({
    number: 2,
    startedAt: 5,
    phase: 'select',
    reached: undefined,
    cause: undefined,
  });
});
