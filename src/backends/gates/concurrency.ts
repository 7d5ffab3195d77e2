import type { Gate, Pass, Verdict } from '../../engine/types.ts';

/** What is pending at several backends together. */
export class Tally {
  pending = 0;
}

/** For those that nobody counts. */
const UNCOUNTED = new Tally();

export interface ConcurrencyListener {
  /** It became full, or is so no longer. */
  onEdge(now: number): void;
  /** Nothing is pending any more; told only while `wantsIdle`. */
  onIdle(now: number): void;
}

/** At most `limit` requests at once. */
export class ConcurrencyGate implements Gate, Pass {
  readonly name = 'concurrency';
  #limit: number;
  #pending = 0;
  #tally = UNCOUNTED;
  listener: ConcurrencyListener | undefined = undefined;
  wantsIdle = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get pending(): number {
    return this.#pending;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Those that are pending beyond a lower one go on. */
  setLimit(limit: number, now: number): void {
    const wasFull = !this.admits();
    this.#limit = limit;
    if (this.admits() === wasFull) this.listener?.onEdge(now);
  }

  /** Counted there as well from now on; undefined: nowhere else. */
  countIn(tally: Tally | undefined): void {
    this.#tally.pending -= this.#pending;
    this.#tally = tally ?? UNCOUNTED;
    this.#tally.pending += this.#pending;
  }

  admits(): boolean {
    return this.#pending < this.#limit;
  }

  /** The Pass is the gate itself: all slots are alike, so none needs an object of its own. */
  enter(now: number): Pass | undefined {
    if (this.#pending >= this.#limit) return undefined;
    this.#pending += 1;
    this.#tally.pending += 1;
    if (this.#pending === this.#limit) this.listener?.onEdge(now);
    return this;
  }

  answered(): void {}

  settle(_verdict: Verdict, now: number): void {
    this.#pending -= 1;
    this.#tally.pending -= 1;
    if (this.#pending === this.#limit - 1) this.listener?.onEdge(now);
    if (this.#pending === 0 && this.wantsIdle) this.listener?.onIdle(now);
  }
}
