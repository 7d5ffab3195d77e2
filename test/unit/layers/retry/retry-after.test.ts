import { expect, test } from 'vitest';
import { retryAfterMs } from '../../../../src/layers/retry/retry-after.ts';

const wall = Date.UTC(2026, 0, 1, 12, 0, 0);

test.each<[string, number]>([
  ['0', 0],
  ['1', 1_000],
  [' 120 ', 120_000],
  ['Thu, 01 Jan 2026 12:00:05 GMT', 5_000],
  ['Thu, 01 Jan 2026 11:59:00 GMT', 0],
  ['Thursday, 01-Jan-26 12:00:05 GMT', 5_000],
  ['Thu Jan  1 12:00:05 2026', 5_000],
  ['soon', 0],
  ['-5', 0],
  ['1.5', 0],
  ['5 s', 0],
  // Read by Date.parse, but no HTTP date.
  ['2026-01-01T12:00:05Z', 0],
  ['3/1/2026', 0],
  ['', 0],
  ['9'.repeat(400), 0],
])('%j asks for %i ms', (value, ms) => {
  expect(retryAfterMs(['X-A', '9', 'retry-AFTER', value], wall)).toBe(ms);
});

test('no header asks for nothing', () => {
  expect(retryAfterMs(['X-A', '9'], wall)).toBe(0);
});
