import type { Gate, Pass } from '../../engine/types.ts';

/** At most `limit` requests at once. */
export class ConcurrencyGate implements Gate, Pass {
  readonly name = 'concurrency';
  readonly #limit: number;
  #pending = 0;
  #idleListener: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get pending(): number {
    return this.#pending;
  }

  /** Calls back once, as soon as nothing is pending; at once when nothing is. */
  onceIdle(listener: (() => void) | undefined): void {
    this.#idleListener = listener;
    this.#tellIfIdle();
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
    if (this.#idleListener) this.#tellIfIdle();
  }

  #tellIfIdle(): void {
    if (this.#pending > 0) return;
    const listener = this.#idleListener;
    this.#idleListener = undefined;
    listener?.();
  }
}
