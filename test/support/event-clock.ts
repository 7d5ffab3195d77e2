import type { Clock, Timer } from '../../src/engine/clock.ts';
import { MinHeap } from '../../src/stats/min-heap.ts';
import { flush } from './fake-clock.ts';

/** A clock for simulations: jumps from one timer to the next, and lets promises go on in between. */
export class EventClock implements Clock {
  readonly #timers = new MinHeap<() => void>();
  #now: number;

  constructor(now = 0) {
    this.#now = now;
  }

  /** Timers that were set and neither ran nor were cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return Date.UTC(2026, 0, 1) + this.#now;
  }

  after(ms: number, run: () => void): Timer {
    // One function may be set twice: each timer is an item of its own.
    const item = (): void => run();
    this.#timers.set(item, this.#now + ms);
    return { cancel: () => this.#timers.delete(item) };
  }

  async runUntil(end: number): Promise<void> {
    for (let next = this.#timers.first; next && this.#timers.firstKey <= end; next = this.#timers.first) {
      this.#now = Math.max(this.#now, this.#timers.firstKey);
      this.#timers.delete(next);
      next();
      await flush();
    }
    this.#now = end;
  }
}
