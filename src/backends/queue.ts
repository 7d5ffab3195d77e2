import type { Clock, Timer } from '../engine/clock.ts';
import type { Cancellable, Exchange, Failed } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';

export interface QueueOptions {
  readonly clock: Clock;
  /** Places; 0 switches waiting off. */
  readonly size: number;
  readonly waitMs: number;
}

/** Tries to find a place for a waiting exchange; true when it is served. */
export type Serve = () => boolean;

/** One bounded FIFO per gateway, for exchanges that only wait for a free slot. All operations are O(1). */
export class WaitingQueue {
  readonly #options: QueueOptions;
  /** Insertion order is arrival order; leaving from the middle costs nothing. */
  readonly #waiting = new Set<Waiter>();

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** Waits until `serve` succeeds; `refuse` is told why it did not. */
  wait(exchange: Exchange, serve: Serve, refuse: (failure: Failed) => void): void {
    if (this.#waiting.size >= this.#options.size)
      return refuse(saturated('The queue is full.', this.#options));
    const waiter = new Waiter(exchange, serve, refuse, this.#waiting);
    exchange.waiting = waiter;
    const tooLong = (): void => waiter.cancel(saturated('Waited too long for a free slot.', this.#options));
    waiter.timer = this.#options.clock.after(this.#options.waitMs, tooLong);
    this.#waiting.add(waiter);
  }

  /** A slot was freed: the longest waiting that can use it gets it. */
  wake(): void {
    for (const waiter of this.#waiting) {
      if (waiter.serve()) return;
    }
  }
}

class Waiter implements Cancellable {
  timer: Timer | undefined = undefined;
  readonly #exchange: Exchange;
  readonly #serve: Serve;
  readonly #refuse: (failure: Failed) => void;
  readonly #queue: Set<Waiter>;

  constructor(exchange: Exchange, serve: Serve, refuse: (failure: Failed) => void, queue: Set<Waiter>) {
    this.#exchange = exchange;
    this.#serve = serve;
    this.#refuse = refuse;
    this.#queue = queue;
  }

  serve(): boolean {
    this.#exchange.waiting = undefined;
    if (!this.#serve()) {
      this.#exchange.waiting = this;
      return false;
    }
    this.#leave();
    return true;
  }

  cancel(failure: Failed): void {
    this.#leave();
    this.#exchange.waiting = undefined;
    this.#refuse(failure);
  }

  #leave(): void {
    this.timer?.cancel();
    this.#queue.delete(this);
  }
}

function saturated(detail: string, { waitMs }: QueueOptions): Failed {
  return failed('pool_saturated', { detail, retryAfterMs: Math.max(waitMs, 1_000) });
}
