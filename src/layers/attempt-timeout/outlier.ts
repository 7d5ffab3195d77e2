import type { Target } from '../../engine/types.ts';

/** Of all such cuts: others had hardly any. */
const SHARE = 0.8;
/** Answers after which half is forgotten. */
const HALF_LIFE = 2_000;

/**
 * Whether cuts are the fault of one backend: those that another one made good in less time. Each backend is slow now
 * and then where the route is; one that is so far more often than all others stands out.
 */
export class Outlier {
  readonly #counts = new Map<Target, number>();
  #total = 0;
  #answers = 0;

  answered(): void {
    this.#answers += 1;
    if (this.#answers >= HALF_LIFE) this.#forget();
  }

  /** A cut there was made good by another backend. True when it is nearly always there. */
  madeGood(target: Target): boolean {
    const count = (this.#counts.get(target) ?? 0) + 1;
    this.#counts.set(target, count);
    this.#total += 1;
    return count >= SHARE * this.#total;
  }

  #forget(): void {
    this.#answers = 0;
    this.#total = 0;
    for (const [target, count] of this.#counts) {
      // Halves of halves: a backend that has left must not be kept for ever.
      if (count < 0.25) this.#counts.delete(target);
      else this.#counts.set(target, count / 2);
      this.#total += this.#counts.get(target) ?? 0;
    }
  }
}
