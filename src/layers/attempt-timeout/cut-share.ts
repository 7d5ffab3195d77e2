import type { Target } from '../../engine/types.ts';

/** Attempts after which counting begins anew. */
const WINDOW = 500;
/** Fewer are chance. */
const LEAST_CUTS = 10;
/** Of all attempts. When nothing is wrong it is below 0.001. */
const MOST_SHARE = 0.05;

/**
 * How many attempts of a route were cut, of how many. Those of the backend with the most are left out: one slow
 * backend is what the limit is for. Many on the others say that it is wrong, and only makes work.
 */
export class CutShare {
  #answers = 0;
  #cuts = 0;
  readonly #byTarget = new Map<Target, number>();

  answered(): void {
    this.#begin();
    this.#answers += 1;
  }

  /** True when they are too many while the pool otherwise answers; then counting begins anew. */
  cut(target: Target): boolean {
    this.#begin();
    this.#cuts += 1;
    this.#byTarget.set(target, (this.#byTarget.get(target) ?? 0) + 1);
    const elsewhere = this.#cuts - Math.max(...this.#byTarget.values());
    const all = this.#answers + this.#cuts;
    if (this.#cuts < LEAST_CUTS || elsewhere <= MOST_SHARE * all || this.#answers < this.#cuts) return false;
    this.#clear();
    return true;
  }

  #begin(): void {
    if (this.#answers + this.#cuts >= WINDOW) this.#clear();
  }

  #clear(): void {
    this.#answers = 0;
    this.#cuts = 0;
    this.#byTarget.clear();
  }
}
