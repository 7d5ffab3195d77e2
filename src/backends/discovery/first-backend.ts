import type { Clock, Timer } from '../../engine/clock.ts';
import type { Cancellable, Exchange, Failed, Forward, Layer, Outcome } from '../../engine/types.ts';
import { failed } from '../../failure/failed.ts';

/** A source is asked again about once a second while it has nothing. */
const RETRY_AFTER_MS = 1_000;

export interface FirstBackendOptions {
  readonly clock: Clock;
  /** From the start of the gateway: how long requests wait before they are refused. */
  readonly waitMs: number;
  /** Requests that may wait; more are refused. */
  readonly size: number;
  readonly hasBackends: () => boolean;
  /** One sentence for trusted readers. */
  readonly describe: () => string;
}

/**
 * Holds requests that come before discovery has found anything, so that the first request after a start is
 * answered. When that takes too long, they are refused, and so are all that follow, at once.
 */
export class FirstBackend {
  readonly #options: FirstBackendOptions;
  readonly #waiting = new Set<Waiter>();
  readonly #timer: Timer | undefined;
  #isThere = false;
  #isLate = false;

  constructor(options: FirstBackendOptions) {
    this.#options = options;
    const { clock, waitMs } = options;
    if (waitMs !== Infinity) this.#timer = clock.after(waitMs, () => this.#refuseAll(this.#nothing()));
  }

  readonly layer: Layer = (next) => (exchange) => {
    if (this.#isThere || this.look()) return next(exchange);
    if (exchange.cancelled) return Promise.resolve(exchange.cancelled);
    if (this.#isLate) return Promise.resolve(this.#nothing());
    if (this.#waiting.size >= this.#options.size) return Promise.resolve(saturated());
    return new Promise((resolve) => {
      this.#waiting.add(new Waiter(exchange, next, resolve, this.#waiting));
    });
  };

  /** Something joined: whoever waits may go on. Says whether there is a backend now, or ever was. */
  look(): boolean {
    if (this.#isThere || !this.#options.hasBackends()) return this.#isThere;
    this.#isThere = true;
    this.#timer?.cancel();
    for (const waiter of this.#waiting) waiter.goOn();
    return true;
  }

  close(): void {
    this.#timer?.cancel();
    this.#refuseAll(failed('no_healthy_backend', { detail: 'The gateway is shutting down.' }));
  }

  #refuseAll(failure: Failed): void {
    this.#isLate = true;
    for (const waiter of this.#waiting) waiter.cancel(failure);
  }

  #nothing(): Failed {
    return failed('no_backend_configured', {
      detail: this.#options.describe(),
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
}

function saturated(): Failed {
  return failed('pool_saturated', { detail: 'The queue is full.', retryAfterMs: RETRY_AFTER_MS });
}

class Waiter implements Cancellable {
  readonly #exchange: Exchange;
  readonly #next: Forward;
  readonly #resolve: (outcome: Outcome | Promise<Outcome>) => void;
  readonly #waiting: Set<Waiter>;

  constructor(
    exchange: Exchange,
    next: Forward,
    resolve: (outcome: Outcome | Promise<Outcome>) => void,
    waiting: Set<Waiter>,
  ) {
    this.#exchange = exchange;
    this.#next = next;
    this.#resolve = resolve;
    this.#waiting = waiting;
    exchange.waiting = this;
  }

  goOn(): void {
    this.#leave();
    // In a promise, so that what is thrown below hits this exchange alone.
    this.#resolve(Promise.resolve(this.#exchange).then(this.#next));
  }

  cancel(failure: Failed): void {
    this.#leave();
    this.#resolve(failure);
  }

  #leave(): void {
    this.#waiting.delete(this);
    this.#exchange.waiting = undefined;
  }
}
