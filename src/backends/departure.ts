import type { Clock, Timer } from '../engine/clock.ts';
import type { Backend } from './backend.ts';

export interface DepartureOptions {
  readonly clock: Clock;
  /** The grace is over: gives up what is still pending there. */
  readonly giveUp: (backend: Backend, graceMs: number) => void;
  /** Nothing is pending there any more. */
  readonly onEmpty: (backend: Backend) => void;
}

/** A backend that takes no new requests, until the pending ones are over: by themselves, or with the grace. */
export class Departure {
  readonly backend: Backend;
  /** Resolves when nothing is pending any more, or when the departure is called off. Never rejects. */
  readonly over: Promise<void>;
  readonly #options: DepartureOptions;
  #resolve: () => void = () => undefined;
  #timer: Timer | undefined;

  constructor(backend: Backend, options: DepartureOptions) {
    this.backend = backend;
    this.#options = options;
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** At the latest in so many milliseconds from now; what was said before no longer counts. */
  endWithin(graceMs: number): void {
    const { clock, giveUp, onEmpty } = this.#options;
    this.#timer?.cancel();
    if (graceMs !== Infinity) this.#timer = clock.after(graceMs, () => giveUp(this.backend, graceMs));
    this.backend.onceIdle(() => {
      this.callOff();
      onEmpty(this.backend);
    });
  }

  callOff(): void {
    this.#timer?.cancel();
    this.backend.onceIdle(undefined);
    this.#resolve();
  }
}
