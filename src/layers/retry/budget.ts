import type { BudgetSettings } from '../../engine/settings.ts';
import { SlidingCounter } from '../../stats/sliding-counter.ts';

/**
 * Retries may be at most `ratio` of requests over a sliding window, plus a small floor so that a quiet
 * gateway can retry at all (Finagle's RetryBudget). It is what keeps retries from making an outage worse.
 */
export class RetryBudget {
  readonly #requests: SlidingCounter;
  readonly #retries: SlidingCounter;
  readonly #ratio: number;
  readonly #floor: number;

  constructor({ ratio, minPerSecond, windowMs }: BudgetSettings) {
    this.#requests = new SlidingCounter(windowMs);
    this.#retries = new SlidingCounter(windowMs);
    this.#ratio = ratio;
    this.#floor = (minPerSecond * windowMs) / 1_000;
  }

  /** Each request earns a share of a retry. */
  deposit(now: number): void {
    this.#requests.add(now);
  }

  allows(now: number): boolean {
    const allowed = this.#ratio * this.#requests.total(now) + this.#floor;
    return this.#retries.total(now) + 1 <= allowed;
  }

  /** Takes one retry out; false when there is none. */
  withdraw(now: number): boolean {
    if (!this.allows(now)) return false;
    this.#retries.add(now);
    return true;
  }
}
