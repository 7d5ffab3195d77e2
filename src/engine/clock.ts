import { performance } from 'node:perf_hooks';
import { CoarseTimers } from './coarse-timers.ts';

/**
 * The only place that reads time and sets timers: everything else is given a Clock, so that tests can
 * stop it. No timer keeps the process alive.
 */
export interface Clock {
  /** Monotonic milliseconds, with fractions. */
  now(): number;
  /** Wall-clock milliseconds since the epoch. */
  wall(): number;
  /** Calls `run` once, after at least `ms`. */
  after(ms: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** setTimeout fires at once for anything longer (2^31 - 1 ms, about 24.8 days). */
const LONGEST_MS = 2_147_483_647;

class SystemTimer implements Timer {
  readonly #timeout: NodeJS.Timeout;

  constructor(ms: number, run: () => void) {
    this.#timeout = setTimeout(run, Math.min(ms, LONGEST_MS)).unref();
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }
}

/** From here on a few milliseconds do not matter, and a shared timer is a third of the price. */
const COARSE_FROM_MS = 200;

const coarse = new CoarseTimers(
  () => performance.now(),
  (ms, run) => {
    const timer = new SystemTimer(ms, run);
    return () => timer.cancel();
  },
);

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after: (ms, run) => (ms >= COARSE_FROM_MS ? coarse.after(ms, run) : new SystemTimer(ms, run)),
};

/** Chance, in [0, 1). */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();
