import type { Target } from '../../engine/types.ts';

/** Below this the usual time is not known. */
const MIN_SAMPLES = 20;
/** Weights of a new sample, and how many deviations above the mean are usual: RFC 6298. */
const WEIGHT = 1 / 8;
const DEVIATION_WEIGHT = 1 / 4;
const DEVIATIONS = 4;
/** Connections are few, and made in bursts: twice what TCP itself would wait for. */
const FACTOR = 2;
/** Shorter waits are not worth a move. */
const FLOOR_MS = 250;
/** After so many moves in a row away from one backend, it gets the configured limit, so that its breaker is told. */
const MOST_STRIKES = 3;

/**
 * How long connecting usually takes, DNS and TLS included, over the whole pool: mean and deviation, as TCP estimates
 * its retransmission timeout. Doubles with each one that is given up, and is what it was with the next that is made.
 */
export class ConnectLimit {
  #samples = 0;
  #mean = 0;
  #deviation = 0;
  #backoff = 1;
  readonly #strikes = new WeakMap<Target, number>();

  /** Milliseconds; Infinity while too few are known. */
  get ms(): number {
    if (this.#samples < MIN_SAMPLES) return Infinity;
    return Math.max(FACTOR * (this.#mean + DEVIATIONS * this.#deviation), FLOOR_MS) * this.#backoff;
  }

  get samples(): number {
    return this.#samples;
  }

  /** It may be given up there once more. */
  holdsFor(target: Target): boolean {
    return (this.#strikes.get(target) ?? 0) < MOST_STRIKES;
  }

  made(ms: number, target: Target): void {
    if (this.#samples === 0) {
      this.#mean = ms;
      this.#deviation = ms / 2;
    } else {
      this.#deviation += DEVIATION_WEIGHT * (Math.abs(ms - this.#mean) - this.#deviation);
      this.#mean += WEIGHT * (ms - this.#mean);
    }
    this.#samples += 1;
    this.#backoff = 1;
    this.#strikes.delete(target);
  }

  givenUp(target: Target): void {
    this.#backoff *= 2;
    this.#strikes.set(target, (this.#strikes.get(target) ?? 0) + 1);
  }
}
