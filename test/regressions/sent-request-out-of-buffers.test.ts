// A request that had been sent when this machine ran out of buffers was reported as unsent, and safe to repeat.
import { expect, test } from 'vitest';
import { classify } from '../../src/failure/classify.ts';
import type { Phase } from '../../src/engine/types.ts';

test.each<[Phase, string]>([
  ['connect', 'no'],
  ['tls', 'no'],
  ['send', 'maybe'],
  ['wait', 'maybe'],
])('in phase %s it reached the backend: %s', (phase, reached) => {
  for (const code of ['ENOBUFS', 'ENOMEM']) {
    const error = Object.assign(new Error(code), { code, syscall: 'write' });
    const failure = classify({ phase, error, timedOut: false, reused: false, bytesRead: 0 });
    expect(failure).toMatchObject({ cause: 'local_resources', reached });
  }
});
