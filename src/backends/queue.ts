import type { Clock, Timer } from '../engine/clock.ts';
import type { Cancellable, Exchange, Failed } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { LEVELS, type PriorityOf } from './priority.ts';

/** Slots are freed all the time: the least that Retry-After can say. */
const RETRY_AFTER_MS = 1_000;

export interface QueueOptions {
  readonly clock: Clock;
  /** Places; 0 switches waiting off. */
  readonly size: number;
  readonly waitMs: number;
  /** Who is more important is served first, and gets the place of one who is less so. Default: all are alike. */
  readonly priorityOf?: PriorityOf | undefined;
}

/** Tries to find a place for a waiting exchange; true when it is served. */
export type Serve = () => boolean;

/** So many that avoid backends they have tried are asked in vain; then only the others are. */
const MOST_MISSES = 16;

/** Those of one priority. Insertion order is arrival order; leaving from the middle costs nothing. */
class Line {
  readonly plain = new Set<Waiter>();
  /** Those that avoid backends they have tried. */
  readonly choosy = new Set<Waiter>();

  get length(): number {
    return this.plain.size + this.choosy.size;
  }

  /** Who has waited longest. */
  get first(): Waiter | undefined {
    const [one, other] = [first(this.plain), first(this.choosy)];
    return one && (!other || one.number < other.number) ? one : other;
  }
}

/**
 * One bounded queue per gateway, for exchanges that only wait for a free slot: the most important ones first, and
 * among equals those that came first. All operations are O(1).
 */
export class WaitingQueue {
  readonly #options: QueueOptions;
  /** By priority. */
  readonly #lines: readonly Line[];
  #arrived = 0;
  #isWaking = false;
  #wakeAgain = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#lines = Array.from({ length: options.priorityOf ? LEVELS : 1 }, () => new Line());
  }

  get length(): number {
    let length = 0;
    for (const line of this.#lines) length += line.length;
    return length;
  }

  /** Waits until `serve` succeeds; `refuse` is told why it did not. */
  wait(exchange: Exchange, serve: Serve, refuse: (failure: Failed) => void): void {
    const { clock, waitMs, priorityOf } = this.#options;
    const priority = priorityOf?.(exchange) ?? 0;
    const line = this.#lines[priority];
    if (!line || !this.#makeRoomFor(priority)) return refuse(saturated('The queue is full.'));
    const queue = exchange.attempts.length > 0 ? line.choosy : line.plain;
    const waiter = new Waiter({ exchange, serve, refuse, queue, number: this.#arrived });
    this.#arrived += 1;
    exchange.waiting = waiter;
    const tooLong = (): void => waiter.cancel(saturated('Waited too long for a free slot.'));
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

  /** Full, the least important one goes, if it is less so than who comes: the one with the least time left. */
  #makeRoomFor(priority: number): boolean {
    if (this.length < this.#options.size) return true;
    for (const line of this.#lines.slice(0, priority)) {
      const waiter = line.first;
      if (!waiter) continue;
      waiter.cancel(saturated('A more important request took its place in the queue.'));
      return true;
    }
    return false;
  }

  #serve(): void {
    this.#wakeAgain = false;
    let misses = 0;
    for (let level = this.#lines.length - 1; level >= 0; level -= 1) {
      const line = this.#lines[level];
      if (!line || line.length === 0) continue;
      misses = serveLine(line, misses);
      if (misses === Infinity) return;
    }
  }
}

/** Returns how many of those that avoid backends were asked in vain so far; Infinity: no slot is free. */
function serveLine({ plain, choosy }: Line, missesBefore: number): number {
  const [plains, choosies] = [plain.values(), choosy.values()];
  let one = plains.next().value;
  let other = choosies.next().value;
  let misses = missesBefore;
  while (one || (other && misses < MOST_MISSES)) {
    if (one && (!other || misses >= MOST_MISSES || one.number < other.number)) {
      if (!one.serve()) return Infinity;
      one = plains.next().value;
    } else {
      // One that avoids backends it has tried must not hold up those behind it.
      if (!other?.serve()) misses += 1;
      other = choosies.next().value;
    }
  }
  return misses;
}

function first<Item>(items: ReadonlySet<Item>): Item | undefined {
  return items.values().next().value;
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
