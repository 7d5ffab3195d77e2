/** Shorter ages are not those of an idle limit: a backend that restarts, or allows few requests per connection. */
const LEAST_MS = 100;
/** Connections that close together are one observation. */
const TOGETHER_MS = 100;
/** Two ages agree when they differ by no more than this share of the smaller, and a moment. */
const TOLERANCE = 0.25;
const TOLERANCE_MS = 50;
/** How far below the backend's limit ours stays: a request on its way must not meet the close. */
const MARGIN = 0.2;
const MARGIN_MS = 100;
/** Backends are reconfigured: what is not seen again is forgotten. */
const KEPT_MS = 300_000;

/**
 * After how long a backend closes idle connections, learned from those that it closed. Connections idle for
 * nearly as long are not used again, so that a request does not cross the close on its way.
 */
export class IdleAge {
  #lastMs = 0;
  #lastAt = -Infinity;
  #closesAfterMs: number | undefined;
  #knownUntil = 0;

  /** The backend closed a connection that had been idle for `ageMs`. */
  observe(ageMs: number, now: number): void {
    if (ageMs < LEAST_MS) return;
    if (now - this.#lastAt < TOGETHER_MS) {
      this.#lastMs = Math.min(this.#lastMs, ageMs);
      return;
    }
    const least = Math.min(ageMs, this.#lastMs);
    if (Math.abs(ageMs - this.#lastMs) <= least * TOLERANCE + TOLERANCE_MS) {
      this.#closesAfterMs = least;
      this.#knownUntil = now + KEPT_MS;
    }
    this.#lastMs = ageMs;
    this.#lastAt = now;
  }

  /** Undefined until two closes agreed. */
  closesAfterMs(now: number): number | undefined {
    return now < this.#knownUntil ? this.#closesAfterMs : undefined;
  }

  /** A connection that has been idle for longer should not be used again. */
  limitMs(now: number): number {
    const closesAfterMs = this.closesAfterMs(now);
    if (closesAfterMs === undefined) return Infinity;
    return Math.max(closesAfterMs - Math.max(closesAfterMs * MARGIN, MARGIN_MS), 0);
  }
}
