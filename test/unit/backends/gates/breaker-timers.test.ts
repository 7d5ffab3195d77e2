import { expect, test } from 'vitest';
import type { BreakerGate } from '../../../../src/backends/gates/breaker.ts';
import { failedWith, fakeBreaker, SUCCEEDED, tripBreaker } from '../../../support/fake-backend.ts';

/** Referenced timers, and those set on the way, whether or not they keep the process alive. */
function countTimers(run: () => void): number {
  const real = globalThis.setTimeout;
  const realInterval = globalThis.setInterval;
  let alive = 0;
  const set = new Set<NodeJS.Timeout>();
  const track = (timer: NodeJS.Timeout): NodeJS.Timeout => {
    set.add(timer);
    return timer;
  };
  globalThis.setTimeout = ((...args: Parameters<typeof real>) => track(real(...args))) as typeof real;
  globalThis.setInterval = ((...args: Parameters<typeof realInterval>) =>
    track(realInterval(...args))) as typeof realInterval;
  try {
    run();
  } finally {
    globalThis.setTimeout = real;
    globalThis.setInterval = realInterval;
  }
  for (const timer of set) {
    // Node marks a timer that was cleared or has run.
    if (!(timer as unknown as { _destroyed: boolean })._destroyed) alive += 1;
    clearTimeout(timer);
  }
  return alive;
}

function live(breaker: BreakerGate): void {
  breaker.enter(1_000)?.settle(SUCCEEDED, 1_000);
  tripBreaker(breaker, 1_000);
  breaker.enter(2_000)?.settle(failedWith('backend_status'), 2_000);
  breaker.enter(9_000)?.answered(SUCCEEDED, 9_000, 0);
  for (let i = 0; i < 30; i += 1) breaker.enter(9_500)?.settle(failedWith('backend_status'), 9_500);
}

test('the count sees a timer that is left', () => {
  expect(countTimers(() => void setTimeout(() => undefined, 60_000).unref())).toBe(1);
});

test('closed, open, probed and closed again, a breaker leaves no timer', () => {
  expect(countTimers(() => live(fakeBreaker()))).toBe(0);
  expect(countTimers(() => fakeBreaker().close())).toBe(0);
});

test('a thousand of them keep no process alive', () => {
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  for (let i = 0; i < 1_000; i += 1) live(fakeBreaker());
  expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toHaveLength(before);
});
