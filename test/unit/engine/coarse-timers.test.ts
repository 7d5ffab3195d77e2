import { expect, test } from 'vitest';
import { CoarseTimers } from '../../../src/engine/coarse-timers.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** The real timers beneath are those of the clock. */
function fixture() {
  const clock = new FakeClock(1_000);
  const timers = new CoarseTimers(
    () => clock.now(),
    (ms, run) => {
      const timer = clock.after(ms, run);
      return () => timer.cancel();
    },
  );
  return { clock, timers };
}

test.each([500, 501, 519.5, 520, 1_000, 60_000])('%s ms: never early, and late by a grain at most', (ms) => {
  const { clock, timers } = fixture();
  let ranAt: number | undefined;
  timers.after(ms, () => {
    ranAt = clock.now();
  });
  clock.advance(ms + 20);
  expect(ranAt).toBeGreaterThanOrEqual(1_000 + ms);
  expect(timers.size).toBe(0);
});

test('many timers share one', () => {
  const { clock, timers } = fixture();
  let ran = 0;
  for (let i = 0; i < 1_000; i += 1) timers.after(500 + i, () => (ran += 1));
  expect([timers.size, clock.pending]).toEqual([1_000, 1]);
  clock.advance(2_000);
  expect([ran, timers.size, clock.pending]).toEqual([1_000, 0, 0]);
});

test('an earlier one is not kept waiting by a later one', () => {
  const { clock, timers } = fixture();
  const log: string[] = [];
  timers.after(10_000, () => log.push('late'));
  timers.after(600, () => log.push('early'));
  clock.advance(620);
  expect(log).toEqual(['early']);
  clock.advance(10_000);
  expect(log).toEqual(['early', 'late']);
});

test('a cancelled timer never runs, first, last or in the middle', () => {
  const { clock, timers } = fixture();
  const log: number[] = [];
  const set = Array.from({ length: 5 }, (_, index) => timers.after(600, () => log.push(index)));
  for (const index of [0, 2, 4]) set[index]?.cancel();
  set[2]?.cancel();
  expect(timers.size).toBe(2);
  clock.advance(1_000);
  expect(log.toSorted()).toEqual([1, 3]);
});

test('a timer may cancel another one that is due in the same grain', () => {
  const { clock, timers } = fixture();
  const log: string[] = [];
  const one = timers.after(600, () => {
    log.push('one');
    other.cancel();
  });
  const other = timers.after(600, () => {
    log.push('other');
    one.cancel();
  });
  clock.advance(1_000);
  expect(log).toHaveLength(1);
});

test('a timer may set the next one', () => {
  const { clock, timers } = fixture();
  let ran = 0;
  const again = (): void => {
    ran += 1;
    if (ran < 5) timers.after(500, again);
  };
  timers.after(500, again);
  clock.advance(5 * 520);
  expect([ran, timers.size]).toEqual([5, 0]);
});

test('Infinity never comes', () => {
  const { clock, timers } = fixture();
  timers.after(Infinity, () => {
    throw new Error('it came');
  });
  timers.after(500, () => undefined);
  clock.advance(1e12);
  expect(timers.size).toBe(1);
});

test('a cancelled one can be set anew at the same time', () => {
  const { clock, timers } = fixture();
  let ran = 0;
  timers.after(600, () => (ran += 1)).cancel();
  timers.after(600, () => (ran += 1));
  clock.advance(620);
  expect(ran).toBe(1);
});
