// A date in asctime's form names no zone. It was read as local time, hours off, where it means GMT.
import { afterEach, expect, test } from 'vitest';
import { retryAfterMs } from '../../src/layers/retry/retry-after.ts';

const before = process.env['TZ'];

afterEach(() => {
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

test.each(['UTC', 'America/New_York', 'Asia/Kolkata'])('in %s', (zone) => {
  process.env['TZ'] = zone;
  const wall = Date.UTC(2026, 0, 1, 12, 0, 0);
  expect(retryAfterMs(['Retry-After', 'Thu Jan  1 12:00:05 2026'], wall)).toBe(5_000);
});
