/** What one request leaves of those before it. */
const DECAY = 0.99;

/** Which requests have to go when a share of all has to: those of the lowest priorities, as many as it takes. */
export class PriorityShares {
  /** Recent requests, by priority. */
  readonly #counts: Float64Array;

  /** Priorities are whole numbers from 0 up to less than `levels`. */
  constructor(levels: number) {
    this.#counts = new Float64Array(levels);
  }

  /** Counts a request, and returns the chance with which it has to go so that `share` of all do. */
  chance(priority: number, share: number): number {
    let [below, all] = [0, 0];
    this.#counts.forEach((count, level) => {
      const left = count * DECAY + (level === priority ? 1 : 0);
      this.#counts[level] = left;
      all += left;
      if (level < priority) below += left;
    });
    return Math.min(Math.max((share * all - below) / (this.#counts[priority] ?? 1), 0), 1);
  }
}
