// A timer that threw took the others with it: those of its grain, and every later one.
import { afterEach, expect, test, vi } from 'vitest';
import { CoarseTimers } from '../../src/engine/coarse-timers.ts';
import { FakeClock } from '../support/fake-clock.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('the others run all the same, and the error stays uncaught', () => {
  const microtasks: (() => void)[] = [];
  vi.stubGlobal('queueMicrotask', (run: () => void) => microtasks.push(run));
  const clock = new FakeClock(1_000);
  const timers = new CoarseTimers(
    () => clock.now(),
    (ms, run) => {
      const timer = clock.after(ms, run);
      return () => timer.cancel();
    },
  );
  const log: string[] = [];
  timers.after(600, () => log.push('same grain'));
  timers.after(600, () => {
    throw new Error('oops');
  });
  timers.after(600, () => log.push('same grain'));
  timers.after(640, () => log.push('later'));
  clock.advance(10_000);
  expect(log).toEqual(['same grain', 'same grain', 'later']);
  expect(microtasks).toHaveLength(1);
  expect(microtasks[0]).toThrow('oops');
});
