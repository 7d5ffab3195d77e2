import { expect, test } from 'vitest';
import { HookError } from '../../../src/engine/hooks.ts';
import type { Phase } from '../../../src/engine/types.ts';
import { classify } from '../../../src/failure/classify.ts';
import { PROHIBITED } from '../../../src/failure/own-codes.ts';

const PHASES: readonly Phase[] = ['dns', 'connect', 'tls'];

test.each(PHASES)('what we refuse ourselves is named so in phase %s', (phase) => {
  const name = (error: unknown) => classify({ phase, error, timedOut: false, reused: false, bytesRead: 0 });
  const prohibited = Object.assign(new Error('It is a loopback address.'), { code: PROHIBITED });
  expect(name(prohibited)).toMatchObject({
    cause: 'destination_prohibited',
    reached: 'no',
    verdict: { kind: 'ignored' },
    detail: 'It is a loopback address.',
  });
  expect(name(new HookError('backends[0].tls', new Error('oops')))).toMatchObject({
    cause: 'configuration_error',
    reached: 'no',
    verdict: { kind: 'ignored' },
    detail: 'the function given as backends[0].tls threw.',
  });
});
