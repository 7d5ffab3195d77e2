import type { Random } from '../../engine/clock.ts';
import { SlidingCounter } from '../../stats/sliding-counter.ts';

/** Requests that may be sent per one that is accepted. Less would be too few to notice that a backend is well again. */
const PER_ACCEPT = 2;
/** Envoy's; the two minutes of the SRE book are long for a gateway. */
const WINDOW_MS = 30_000;
/** In the window: fewer are chance. */
const LEAST_REQUESTS = 20;
/** Some must go through, or nobody would notice that the backend accepts again. */
const MOST_REFUSED = 0.9;

/**
 * Client-side throttling as the SRE book has it ("Handling Overload"): a backend that pushes back is spared what it
 * would refuse anyway. Refused are max(0, (requests - K accepts) / (requests + 1)), with K = 2.
 */
export class Admission {
  readonly #random: Random;
  /** Those refused here included. */
  readonly #requests = new SlidingCounter(WINDOW_MS);
  readonly #accepts = new SlidingCounter(WINDOW_MS);

  constructor(random: Random) {
    this.#random = random;
  }

  /** Part of the requests that are to be refused now. */
  share(now: number): number {
    const requests = this.#requests.total(now);
    if (requests < LEAST_REQUESTS) return 0;
    const excess = requests - PER_ACCEPT * this.#accepts.total(now);
    return Math.min(Math.max(excess / (requests + 1), 0), MOST_REFUSED);
  }

  /** False with that chance; then it is counted as refused. */
  admits(chanceOfRefusal: number, now: number): boolean {
    if (chanceOfRefusal === 0 || this.#random() >= chanceOfRefusal) return true;
    this.#requests.add(now);
    return false;
  }

  answered(isPushback: boolean, now: number): void {
    this.#requests.add(now);
    if (!isPushback) this.#accepts.add(now);
  }
}
