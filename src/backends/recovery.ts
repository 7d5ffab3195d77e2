import type { Clock, Random, Timer } from '../engine/clock.ts';
import type { Target } from '../engine/types.ts';
import { MinHeap } from '../stats/min-heap.ts';
import type { Backend } from './backend.ts';

const LOOK_EVERY_MS = 1_000;
/** Looks that fall due within it share a timer. */
const TOGETHER_MS = 50;

export interface RecoveryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Makes a bare connection and drops it; injected, since making connections is the forwarder's business. */
  readonly probe: (target: Target) => Promise<boolean>;
}

/**
 * Looks after backends whose breaker opened because connections failed: one bare connection each second,
 * no request risked. So service is back soon after an outage of any length, however long the breaker's wait
 * has grown. One timer for all, and none while nothing is open.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  /** By when they are looked at next. */
  readonly #unreachable = new MinHeap<Backend>();
  readonly #looking = new Set<Backend>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  watch(backend: Backend): void {
    if (this.#closed || !backend.breaker?.isUnreachable) return;
    this.#lookLater(backend);
    this.#setTimer();
  }

  unwatch(backend: Backend): void {
    this.#unreachable.delete(backend);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    while (this.#unreachable.first) this.#unreachable.delete(this.#unreachable.first);
  }

  /** A tenth earlier or later: those that went down together are not looked at together for ever. */
  #lookLater(backend: Backend): void {
    const { clock, random } = this.#options;
    this.#unreachable.set(backend, clock.now() + LOOK_EVERY_MS * (0.9 + 0.2 * random()));
  }

  #setTimer(): void {
    if (this.#timer || this.#unreachable.size === 0) return;
    const { clock } = this.#options;
    const waitMs = Math.max(this.#unreachable.firstKey - clock.now(), TOGETHER_MS);
    this.#timer = clock.after(waitMs, () => {
      this.#timer = undefined;
      const now = clock.now();
      while (this.#unreachable.firstKey <= now) this.#look(this.#unreachable.first);
      this.#setTimer();
    });
  }

  #look(backend: Backend | undefined): void {
    if (!backend) return;
    if (!backend.breaker?.isUnreachable) return this.#unreachable.delete(backend);
    this.#lookLater(backend);
    // A connection that hangs takes longer than the time between two looks.
    if (!this.#looking.has(backend)) void this.#lookAt(backend);
  }

  async #lookAt(backend: Backend): Promise<void> {
    this.#looking.add(backend);
    const reachable = await this.#options.probe(backend.target).catch(() => false);
    this.#looking.delete(backend);
    // It may have left meanwhile.
    if (!reachable || this.#unreachable.keyOf(backend) === undefined) return;
    this.#unreachable.delete(backend);
    backend.breaker?.allowProbe('reachable', this.#options.clock.now());
  }
}
