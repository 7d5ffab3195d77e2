/**
 * Exponentially weighted moving average of latencies that jumps to a peak at once and forgets it slowly
 * (Finagle's PeakEwma). Time is an argument.
 */
export class PeakEwma {
  readonly #decayMs: number;
  #cost: number;
  #stamp: number;

  /** `initialMs`: what a backend without history is taken for; decays like a measured value. */
  constructor(decayMs: number, initialMs: number, now: number) {
    this.#decayMs = decayMs;
    this.#cost = initialMs;
    this.#stamp = now;
  }

  observe(latencyMs: number, now: number): void {
    if (latencyMs > this.#cost) this.#cost = latencyMs;
    else {
      const weight = Math.exp(-Math.max(now - this.#stamp, 0) / this.#decayMs);
      this.#cost = this.#cost * weight + latencyMs * (1 - weight);
    }
    this.#stamp = now;
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
