import type { Clock, Timer } from '../../src/engine/clock.ts';

const TICK_MS = 10;

interface Pending extends Timer {
  ticksLeft: number;
  readonly run: () => void;
}

/**
 * Real time, but a limit is counted in turns of the event loop: while the process stands still, nothing
 * times out that would have been in time. For tests in which both sides share one busy process. Knows
 * which timers are still set.
 */
export class FairClock implements Clock {
  readonly #timers = new Set<Pending>();
  #ticking = false;

  /** Timers that were set and neither ran nor were cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return performance.now();
  }

  wall(): number {
    return Date.now();
  }

  after(ms: number, run: () => void): Timer {
    const cancel = (): void => void this.#timers.delete(timer);
    const timer: Pending = { ticksLeft: Math.ceil(ms / TICK_MS), run, cancel };
    this.#timers.add(timer);
    this.#tickOn();
    return timer;
  }

  #tickOn(): void {
    if (this.#ticking || this.#timers.size === 0) return;
    this.#ticking = true;
    setTimeout(() => this.#tick(), TICK_MS).unref();
  }

  #tick(): void {
    this.#ticking = false;
    for (const timer of [...this.#timers]) {
      timer.ticksLeft -= 1;
      if (timer.ticksLeft > 0 || !this.#timers.delete(timer)) continue;
      timer.run();
    }
    this.#tickOn();
  }
}
