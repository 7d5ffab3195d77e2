import type { Clock, Timer } from '../engine/clock.ts';
import type { Cancellable, Exchange, Failed } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';

/** Slots are freed all the time: the least that Retry-After can say. */
const RETRY_AFTER_MS = 1_000;

export interface QueueOptions {
  readonly clock: Clock;
  /** Places; 0 switches waiting off. */
  readonly size: number;
  readonly waitMs: number;
}

/** Tries to find a place for a waiting exchange; true when it is served. */
export type Serve = () => boolean;

/** So many that avoid backends they have tried are asked in vain; then only the others are. */
const MOST_MISSES = 16;

/** One bounded FIFO per gateway, for exchanges that only wait for a free slot. All operations are O(1). */
export class WaitingQueue {
  readonly #options: QueueOptions;
  /** Insertion order is arrival order; leaving from the middle costs nothing. */
  readonly #plain = new Set<Waiter>();
  /** Those that avoid backends they have tried. */
  readonly #choosy = new Set<Waiter>();
  #arrived = 0;
  #isWaking = false;
  #wakeAgain = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#plain.size + this.#choosy.size;
  }

  /** Waits until `serve` succeeds; `refuse` is told why it did not. */
  wait(exchange: Exchange, serve: Serve, refuse: (failure: Failed) => void): void {
    if (this.length >= this.#options.size) return refuse(saturated('The queue is full.'));
    const queue = exchange.attempts.length > 0 ? this.#choosy : this.#plain;
    const waiter = new Waiter({ exchange, serve, refuse, queue, number: this.#arrived });
    this.#arrived += 1;
    exchange.waiting = waiter;
    const tooLong = (): void => waiter.cancel(saturated('Waited too long for a free slot.'));
    const { clock, waitMs } = this.#options;
    if (waitMs !== Infinity) waiter.timer = clock.after(waitMs, tooLong);
    queue.add(waiter);
  }

  /** A slot was freed, or a backend's state changed: those that waited longest come first. */
  wake(): void {
    if (this.length === 0) return;
    this.#wakeAgain = true;
    // Called by what a waiter does when served: that waiter is still in the queue.
    if (this.#isWaking) return;
    this.#isWaking = true;
    try {
      while (this.#wakeAgain) this.#serve();
    } finally {
      this.#isWaking = false;
    }
  }

  #serve(): void {
    this.#wakeAgain = false;
    const [plain, choosy] = [this.#plain.values(), this.#choosy.values()];
    let one = plain.next().value;
    let other = choosy.next().value;
    for (let misses = 0; one || (other && misses < MOST_MISSES);) {
      if (one && (!other || misses >= MOST_MISSES || one.number < other.number)) {
        if (!one.serve()) return;
        one = plain.next().value;
      } else {
        // One that avoids backends it has tried must not hold up those behind it.
        if (!other?.serve()) misses += 1;
        other = choosy.next().value;
      }
    }
  }
}

interface Waiting {
  readonly exchange: Exchange;
  readonly serve: Serve;
  readonly refuse: (failure: Failed) => void;
  readonly queue: Set<Waiter>;
  /** In order of arrival. */
  readonly number: number;
}

class Waiter implements Cancellable {
  readonly number: number;
  timer: Timer | undefined = undefined;
  readonly #exchange: Exchange;
  readonly #serve: Serve;
  readonly #refuse: (failure: Failed) => void;
  readonly #queue: Set<Waiter>;

  constructor({ exchange, serve, refuse, queue, number }: Waiting) {
    this.number = number;
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

function saturated(detail: string): Failed {
  return failed('pool_saturated', { detail, retryAfterMs: RETRY_AFTER_MS });
}
