import type { BreakerSettings } from '../../engine/settings.ts';
import { SlidingCounter } from '../../stats/sliding-counter.ts';

/** Answers that took longer than `slowMs`, among all of the window. */
export class SlowCalls {
  readonly #settings: BreakerSettings;
  readonly #answers: SlidingCounter;
  readonly #slow: SlidingCounter;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
    this.#answers = new SlidingCounter(settings.windowMs);
    this.#slow = new SlidingCounter(settings.windowMs);
  }

  /** True when this answer makes the slow ones too many. */
  observe(latencyMs: number, now: number): boolean {
    const { minRequests, slowMs, slowRate } = this.#settings;
    this.#answers.add(now);
    if (latencyMs <= slowMs) return false;
    this.#slow.add(now);
    const answers = this.#answers.total(now);
    return answers >= minRequests && this.#slow.total(now) >= slowRate * answers;
  }
}
