import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock, systemRandom } from '../../../src/engine/clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('runs once, after the time is up', () => {
  const run = vi.fn();
  systemClock.after(100, run);
  vi.advanceTimersByTime(99);
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(run).toHaveBeenCalledOnce();
});

test('a cancelled timer never runs', () => {
  const run = vi.fn();
  systemClock.after(100, run).cancel();
  vi.advanceTimersByTime(1_000);
  expect(run).not.toHaveBeenCalled();
});

test.each([Infinity, 2 ** 31, 1e15])('%s ms is not taken for none', (ms) => {
  const run = vi.fn();
  systemClock.after(ms, run);
  vi.advanceTimersByTime(1_000_000);
  expect(run).not.toHaveBeenCalled();
});

test('a timer keeps no process alive', () => {
  vi.useRealTimers();
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const timer = systemClock.after(60_000, () => undefined);
  expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toHaveLength(before);
  timer.cancel();
});

test('now moves forward, wall is the time of day, and chance is in [0, 1)', () => {
  vi.useRealTimers();
  expect(systemClock.now()).toBeLessThanOrEqual(systemClock.now());
  expect(Math.abs(systemClock.wall() - Date.now())).toBeLessThan(1_000);
  const chance = systemRandom();
  expect(chance >= 0 && chance < 1).toBe(true);
});
