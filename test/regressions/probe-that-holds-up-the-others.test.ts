// One slow probe of a breaker (an upload that trickles, an answer that says nothing) kept a recovered backend out.
import { describe, expect, test } from 'vitest';
import type { BreakerGate } from '../../src/backends/gates/breaker.ts';
import type { Pass } from '../../src/engine/types.ts';
import { failedWith, fakeBreaker, SAYS_NOTHING, SUCCEEDED, tripBreaker } from '../support/fake-backend.ts';

function probe(openMs = 1_000): { breaker: BreakerGate; first: Pass | undefined; now: number } {
  const breaker = fakeBreaker({ settings: { openMs, successes: 1 } });
  tripBreaker(breaker, 1_000);
  const now = 1_000 + openMs;
  return { breaker, first: breaker.enter(now), now };
}

describe('a probe that takes long', () => {
  test.each([
    ['a short wait', 100, 1_000],
    ['a long wait', 4_000, 4_000],
  ])('after %s makes way for another', (_what, openMs, patienceMs) => {
    const { breaker, first, now } = probe(openMs);
    expect(first).toBeDefined();
    expect(breaker.enter(now + patienceMs - 1)).toBeUndefined();
    const second = breaker.enter(now + patienceMs);
    expect(second).toBeDefined();
    expect(breaker.admits(now + patienceMs)).toBe(false);
    second?.answered(SUCCEEDED, now + patienceMs, 0);
    expect(breaker.state).toBe('closed');
  });

  test.each([
    ['success', SUCCEEDED],
    ['failure', failedWith('connection_refused')],
    ['nothing', SAYS_NOTHING],
  ])('and ends at last in %s leaves the place of its successor alone', (_what, verdict) => {
    const { breaker, first, now } = probe();
    const second = breaker.enter(now + 1_000);
    first?.settle(verdict, now + 1_001);
    expect(breaker.state).toBe('half_open');
    expect(breaker.admits(now + 1_001)).toBe(false);
    second?.answered(SUCCEEDED, now + 1_002, 0);
    expect(breaker.state).toBe('closed');
  });
});

test('an answer that says nothing frees the place, while its body goes on', () => {
  const { breaker, first, now } = probe();
  first?.answered(SAYS_NOTHING, now, 0);
  const second = breaker.enter(now);
  expect(second).toBeDefined();
  first?.settle(SAYS_NOTHING, now + 10);
  expect(breaker.admits(now + 10)).toBe(false);
  second?.answered(SUCCEEDED, now + 20, 0);
  expect(breaker.state).toBe('closed');
});
