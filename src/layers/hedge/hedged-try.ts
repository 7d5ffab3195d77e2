import { isUnsent } from '../../engine/attempt.ts';
import type { Timer } from '../../engine/clock.ts';
import type { Attempt, Exchange, Forward, Outcome, StopReason } from '../../engine/types.ts';
import type { HedgeOptions } from './hedge.ts';
import { Race } from './race.ts';

/** Watches one try of an exchange, and decides once whether there is a second attempt beside it. */
export class HedgedTry {
  readonly #exchange: Exchange;
  readonly #delayMs: number;
  readonly #options: HedgeOptions;
  readonly #race: Race;
  #timer: Timer | undefined;

  constructor(exchange: Exchange, next: Forward, delayMs: number, options: HedgeOptions) {
    this.#exchange = exchange;
    this.#delayMs = delayMs;
    this.#options = options;
    this.#race = new Race(exchange, next);
  }

  run(): Promise<Outcome> {
    const outcome = this.#race.start();
    this.#wait(this.#delayMs);
    return outcome.finally(() => this.#timer?.cancel());
  }

  #wait(ms: number): void {
    this.#timer = this.#options.clock.after(ms, this.#look);
  }

  /** Users' functions are asked on the way, and nobody above could catch what they throw in a timer. */
  readonly #look = (): void => {
    try {
      this.#decide();
    } catch (error) {
      this.#race.fail(error);
    }
  };

  #decide(): void {
    if (this.#exchange.cancelled) return;
    const { first } = this.#race;
    const leftMs = first ? this.#leftMs(first) : this.#delayMs;
    if (leftMs > 0) return this.#wait(leftMs);
    const reason = this.#refusal();
    this.#tell(reason);
    if (reason === undefined) this.#race.join();
  }

  /** How much longer the first attempt may take, connecting or answering. While it is sending, it has all the time. */
  #leftMs({ startedAt, sentAt, phase }: Attempt): number {
    const { body } = this.#exchange;
    const slowSince = sentAt ?? (isUnsent(phase) && body.shareable ? startedAt : undefined);
    return slowSince === undefined ? this.#delayMs : slowSince + this.#delayMs - this.#options.clock.now();
  }

  /** The budget last: what it gives is not given back. */
  #refusal(): StopReason | undefined {
    if (!this.#exchange.body.shareable) return 'body_not_replayable';
    if (!this.#options.hasOther(this.#exchange)) return 'no_other_backend';
    return this.#options.withdraw() ? undefined : 'budget_exhausted';
  }

  #tell(reason: StopReason | undefined): void {
    const { observer } = this.#options;
    if (!observer.watchesRepeats()) return;
    const paid = reason === undefined;
    observer.repeatDecided(this.#exchange, {
      kind: 'hedge',
      cause: undefined,
      reason,
      waitMs: this.#delayMs,
      paid,
    });
  }
}
