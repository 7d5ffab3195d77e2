/** Later samples of a window take the place of the first. */
const MOST = 128;

/** What became of the requests of a short time. */
export class SampleWindow {
  readonly #latencies = new Float64Array(MOST);
  #count = 0;
  #drops = 0;
  #mostPending = 0;
  #beganAt = -Infinity;
  #since = -Infinity;

  /** `fresh`: only what is sent from now on counts. */
  begin(now: number, fresh: boolean): void {
    this.#count = 0;
    this.#drops = 0;
    this.#mostPending = 0;
    this.#beganAt = now;
    this.#since = fresh ? now : -Infinity;
  }

  add(latencyMs: number, pending: number, now: number): void {
    if (now - latencyMs < this.#since) return;
    this.#latencies[this.#count % MOST] = latencyMs;
    this.#count += 1;
    this.#mostPending = Math.max(this.#mostPending, pending);
  }

  drop(pending: number): void {
    this.#drops += 1;
    this.#mostPending = Math.max(this.#mostPending, pending);
  }

  /** So many samples at least, over so long at least. */
  isFull(least: number, leastMs: number, now: number): boolean {
    return this.#count + this.#drops >= least && now - this.#beganAt >= leastMs;
  }

  get mostPending(): number {
    return this.#mostPending;
  }

  /** Share of those that were dropped. */
  get dropped(): number {
    return this.#drops / Math.max(this.#count + this.#drops, 1);
  }

  /** Undefined where nothing was answered. */
  medianMs(): number | undefined {
    const sorted = this.#latencies.slice(0, Math.min(this.#count, MOST)).sort();
    return sorted[sorted.length >> 1];
  }
}
