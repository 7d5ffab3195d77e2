// With very many coarse timers set, finding the next one threw a RangeError, and none of them ever ran.
import { expect, test } from 'vitest';
import { CoarseTimers } from '../../src/engine/coarse-timers.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('the first one runs, and then the next', () => {
  const clock = new FakeClock(0);
  const timers = new CoarseTimers(
    () => clock.now(),
    (ms, run) => {
      const timer = clock.after(ms, run);
      return () => timer.cancel();
    },
  );
  const ran: number[] = [];
  const count = 300_000;
  for (let i = 1; i <= count; i += 1) timers.after(i * 1_000, () => ran.push(i));
  clock.advance(1_000);
  clock.advance(1_000);
  expect(ran).toEqual([1, 2]);
  expect(timers.size).toBe(count - 2);
});
