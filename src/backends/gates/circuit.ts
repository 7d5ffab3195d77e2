import { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';
import type { BreakerSettings } from '../../engine/settings.ts';

const SLICES = 10;
/** opossum compares with `>`; ours is `>=`. In percent points, and far below one request. */
const EPSILON = 1e-6;

/** Nobody emits on it: slices are turned by time, lazily, and no timer is needed per breaker. */
const NEVER_ROTATES = new EventEmitter().setMaxListeners(0);

/**
 * One epoch of a circuit: opossum's window and state machine, fed when attempts end. A new epoch begins on
 * each change of state, so the window is forgotten on close, and late results of an older epoch go nowhere.
 */
export class Circuit {
  readonly #opossum: CircuitBreaker;
  readonly #sliceMs: number;
  #slice: number;

  constructor(settings: BreakerSettings, state: 'closed' | 'half_open', now: number) {
    this.#sliceMs = settings.windowMs / SLICES;
    this.#slice = Math.floor(now / this.#sliceMs);
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
    this.#turn(now);
    this.#opossum.status.increment('fires');
  }

  /** The transition, if there is one, has happened when this returns. */
  fail(now: number): void {
    this.#turn(now);
    this.#opossum.fire().catch(() => undefined);
  }

  /** Removes opossum's listener and the timer that it sets on opening. */
  end(): void {
    this.#opossum.shutdown();
  }

  #turn(now: number): void {
    const slice = Math.floor(now / this.#sliceMs);
    for (let turns = Math.min(slice - this.#slice, SLICES); turns > 0; turns -= 1) {
      this.#opossum.status.rotateBucket();
    }
    this.#slice = Math.max(slice, this.#slice);
  }
}

function fail(): never {
  throw new Error('failure');
}
