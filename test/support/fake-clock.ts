import type { Clock, Timer } from '../../src/engine/clock.ts';

interface Pending extends Timer {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to move. */
export class FakeClock implements Clock {
  readonly #startedAt: number;
  readonly #wall: number;
  readonly #timers = new Set<Pending>();
  #now: number;

  constructor(now = 1_000, wall = Date.UTC(2026, 0, 1)) {
    this.#startedAt = now;
    this.#now = now;
    this.#wall = wall;
  }

  /** Timers that were set and neither ran nor were cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wall + this.#now - this.#startedAt;
  }

  after(ms: number, run: () => void): Timer {
    const timer: Pending = { at: this.#now + ms, run, cancel: () => void this.#timers.delete(timer) };
    this.#timers.add(timer);
    return timer;
  }

  /** Runs what falls due on the way, in order of time, then of setting. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#nextUntil(end); next; next = this.#nextUntil(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  #nextUntil(end: number): Pending | undefined {
    let next: Pending | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    }
    return next;
  }
}

/** Lets promises and streams go as far as they can without time passing. */
export function flush(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Lets time pass, a step at a time, until the promise is settled. */
export async function passTimeUntil<Value>(
  clock: FakeClock,
  promise: Promise<Value>,
  stepMs = 50,
): Promise<Value> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  await flush();
  while (!settled) {
    clock.advance(stepMs);
    await flush();
  }
  return promise;
}
