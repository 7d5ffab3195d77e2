import { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';
import type { BreakerSettings } from '../../engine/settings.ts';

const SLICES = 10;
/** opossum compares with `>`; ours is `>=`. In percent points, and far below one request. */
const EPSILON = 1e-6;
/** After a pause of so many windows nothing that was seen before counts. */
const FORGOTTEN_AFTER_WINDOWS = 10;

/** Nobody emits on it: slices are turned by time, lazily, and no timer is needed per breaker. */
class NeverRotates extends EventEmitter {
  /** Nobody listens either: a list of thousands would be searched each time one leaves. */
  override on(): this {
    return this;
  }
}

const NEVER_ROTATES = new NeverRotates();

/**
 * One epoch of a circuit: opossum's window and state machine, fed when attempts end. A new epoch begins on
 * each change of state, so the window is forgotten on close, and late results of an older epoch go nowhere.
 *
 * With little traffic the window is longer: what is old is forgotten only when the rest is enough to judge by.
 */
export class Circuit {
  readonly #opossum: CircuitBreaker;
  readonly #settings: BreakerSettings;
  /** Outcomes by slice, the present one first: opossum's own window cannot be read at this price. */
  readonly #outcomes: number[] = Array.from({ length: SLICES }, () => 0);
  #total = 0;
  #slice: number;

  constructor(settings: BreakerSettings, state: 'closed' | 'half_open', now: number) {
    this.#settings = settings;
    this.#slice = this.#sliceAt(now);
    this.#opossum = new CircuitBreaker(fail, {
      timeout: false,
      // When to look again is ours to say: with backoff, jitter and an injected clock.
      resetTimeout: 2_147_483_647,
      errorThresholdPercentage: settings.failureRate * 100 - EPSILON,
      volumeThreshold: settings.minRequests,
      rollingCountTimeout: settings.windowMs,
      rollingCountBuckets: SLICES,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: NEVER_ROTATES,
      ...(state === 'half_open' && { state: { closed: false, halfOpen: true } }),
    });
  }

  /** The failure rate, or a failed probe, opened it. */
  get opened(): boolean {
    return this.#opossum.opened;
  }

  /** Not through `fire`: that would cost a promise, and a latency list that grows for the whole window. */
  succeed(now: number): void {
    this.#count(now);
    this.#opossum.status.increment('fires');
  }

  /** The transition, if there is one, has happened when this returns. */
  fail(now: number): void {
    this.#count(now);
    this.#opossum.fire().catch(() => undefined);
  }

  /** Removes opossum's listener and the timer that it sets on opening. */
  end(): void {
    this.#opossum.shutdown();
  }

  #count(now: number): void {
    const slice = this.#sliceAt(now);
    if (slice > this.#slice) this.#turn(slice - this.#slice);
    this.#slice = Math.max(slice, this.#slice);
    this.#outcomes[0] = (this.#outcomes[0] ?? 0) + 1;
    this.#total += 1;
  }

  #turn(passed: number): void {
    const forgets = passed >= SLICES * FORGOTTEN_AFTER_WINDOWS;
    for (let turns = Math.min(passed, SLICES); turns > 0; turns -= 1) {
      const oldest = this.#outcomes.at(-1) ?? 0;
      if (oldest > 0 && !forgets && this.#total - oldest < this.#settings.minRequests) return;
      this.#outcomes.pop();
      this.#outcomes.unshift(0);
      this.#total -= oldest;
      this.#opossum.status.rotateBucket();
    }
  }

  #sliceAt(now: number): number {
    return Math.floor((now * SLICES) / this.#settings.windowMs);
  }
}

function fail(): never {
  throw new Error('failure');
}
