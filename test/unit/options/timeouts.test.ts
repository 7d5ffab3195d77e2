import { expect, test } from 'vitest';
import { settleTimeouts } from '../../../src/options/timeouts.ts';
import { DEFAULTS } from '../../../src/options.ts';

const base = DEFAULTS.timeouts;

test('a longer wait for the first byte is not cut short by the deadline', () => {
  expect(settleTimeouts({ firstByteMs: 300_000 }, base).deadlineMs).toBe(302_000);
  expect(settleTimeouts({ firstByteMs: Infinity }, base).deadlineMs).toBe(Infinity);
  expect(settleTimeouts({ firstByteMs: 1_000 }, base).deadlineMs).toBe(base.deadlineMs);
});

test('unless one is given beside it', () => {
  expect(settleTimeouts({ firstByteMs: 300_000, deadlineMs: 100 }, base).deadlineMs).toBe(100);
});

test('a mount that raises it is not bound by the deadline of the gateway', () => {
  const gateway = settleTimeouts({ deadlineMs: 10_000 }, base);
  expect(settleTimeouts({}, gateway).deadlineMs).toBe(10_000);
  expect(settleTimeouts({ firstByteMs: 60_000 }, gateway).deadlineMs).toBe(62_000);
});

test.each([
  ['learned', 'sometimes', /timeouts\.learned must be true or "observe" or false, got "sometimes"/],
  ['key', 'path', /timeouts\.key must be a function, got "path"/],
])('%s: %s is refused', (key, value, message) => {
  expect(() => settleTimeouts({ [key]: value }, base)).toThrow(message);
});
