import { expect, test } from 'vitest';
import { exposeCauseHeaders } from '../../../src/adapters/expose-headers.ts';

test.each([
  ['*', '*'],
  ['X-A, *', 'X-A, *'],
  ['ETag', 'ETag, Proxy-Status, Proxy-Cause, Proxy-Attempts, X-Request-Id, Retry-After'],
  ['proxy-cause, X-REQUEST-ID', 'proxy-cause, X-REQUEST-ID, Proxy-Status, Proxy-Attempts, Retry-After'],
  [
    'proxy-status,proxy-cause,proxy-attempts,x-request-id,retry-after',
    'proxy-status,proxy-cause,proxy-attempts,x-request-id,retry-after',
  ],
])('%s becomes %s', (given, exposed) => {
  expect(exposeCauseHeaders(given)).toBe(exposed);
});
