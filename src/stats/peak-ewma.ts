/**
 * Exponentially weighted moving average of latencies that jumps to a peak at once and forgets it slowly
 * (Finagle's PeakEwma). Time is an argument.
 */
export class PeakEwma {
  readonly #decayMs: number;
  #cost: number;
  #stamp: number;
  #isGuess = true;

  /** `initialMs`: what a backend without history is taken for; fades like a measured value, and yields to the first. */
  constructor(decayMs: number, initialMs: number, now: number) {
    this.#decayMs = decayMs;
    this.#cost = initialMs;
    this.#stamp = now;
  }

  observe(latencyMs: number, now: number): void {
    if (latencyMs > this.#cost || this.#isGuess) this.#cost = latencyMs;
    else {
      const weight = Math.exp(-Math.max(now - this.#stamp, 0) / this.#decayMs);
      this.#cost = this.#cost * weight + latencyMs * (1 - weight);
    }
    this.#stamp = now;
    this.#isGuess = false;
  }

  /** The estimate as of the last observation. */
  get value(): number {
    return this.#cost;
  }

  /** The estimate now: a peak fades although nothing new was seen, or it would never be put to the test again. */
  at(now: number): number {
    return this.#cost * Math.exp(-Math.max(now - this.#stamp, 0) / this.#decayMs);
  }
}
