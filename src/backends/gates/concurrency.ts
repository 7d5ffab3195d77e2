import type { Gate, Pass } from '../../engine/types.ts';

/** At most `limit` requests at once. */
export class ConcurrencyGate implements Gate, Pass {
  readonly name = 'concurrency';
  readonly #limit: number;
  #pending = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get pending(): number {
    return this.#pending;
  }

  admits(): boolean {
    return this.#pending < this.#limit;
  }

  /** The Pass is the gate itself: all slots are alike, so none needs an object of its own. */
  enter(): Pass | undefined {
    if (this.#pending >= this.#limit) return undefined;
    this.#pending += 1;
    return this;
  }

  answered(): void {}

  settle(): void {
    this.#pending -= 1;
  }
}
