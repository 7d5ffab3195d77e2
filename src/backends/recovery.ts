import type { Clock, Timer } from '../engine/clock.ts';
import type { Target } from '../engine/types.ts';
import type { Backend } from './backend.ts';

const LOOK_EVERY_MS = 1_000;

export interface RecoveryOptions {
  readonly clock: Clock;
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
  readonly #unreachable = new Set<Backend>();
  readonly #looking = new Set<Backend>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  watch(backend: Backend): void {
    if (this.#closed || !backend.breaker?.isUnreachable) return;
    this.#unreachable.add(backend);
    this.#timer ??= this.#options.clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  unwatch(backend: Backend): void {
    this.#unreachable.delete(backend);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#unreachable.clear();
  }

  #look(): void {
    this.#timer = undefined;
    for (const backend of this.#unreachable) void this.#lookAt(backend);
    if (this.#unreachable.size > 0)
      this.#timer = this.#options.clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  async #lookAt(backend: Backend): Promise<void> {
    const { breaker, target } = backend;
    if (!breaker?.isUnreachable) return void this.#unreachable.delete(backend);
    // A connection that hangs takes longer than the time between two looks.
    if (this.#looking.has(backend)) return;
    this.#looking.add(backend);
    const reachable = await this.#options.probe(target);
    this.#looking.delete(backend);
    if (!reachable || this.#closed) return;
    this.#unreachable.delete(backend);
    breaker.allowProbe('reachable', this.#options.clock.now());
  }
}
