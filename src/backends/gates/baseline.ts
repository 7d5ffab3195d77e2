/** Weight of one window. */
const WEIGHT = 0.1;
/** So near it, a window confirms it. */
const NEAR = 1.1;

/** How long answers take without load. Of windows under load, only those count that were faster. */
export class Baseline {
  #ms: number | undefined = undefined;
  #confirmedAt = 0;

  /** Undefined before the first window. */
  get ms(): number | undefined {
    return this.#ms;
  }

  /** Since when no window was nearly as fast. */
  ageMs(now: number): number {
    return now - this.#confirmedAt;
  }

  observe(medianMs: number, isBusy: boolean, now: number): void {
    const before = this.#ms;
    if (before === undefined) return this.reset(medianMs, now);
    if (!isBusy || medianMs < before) this.#ms = before + WEIGHT * (medianMs - before);
    if (!isBusy || medianMs <= NEAR * before) this.#confirmedAt = now;
  }

  reset(medianMs: number, now: number): void {
    this.#ms = medianMs;
    this.#confirmedAt = now;
  }
}
