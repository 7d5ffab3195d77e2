// Jitter came on top of `maxOpenMs`, so that a breaker stayed open for up to a tenth longer than the maximum.
import { expect, test } from 'vitest';
import { fakeBreaker, tripBreaker } from '../support/fake-backend.ts';

test('maxOpenMs is a maximum, whatever chance says', () => {
  const settings = { openMs: 1_000, maxOpenMs: 1_000 };
  const breaker = fakeBreaker({ settings, random: () => 0.999, now: 0 });
  tripBreaker(breaker, 0);
  expect(breaker.probeAt).toBe(1_000);
});
