import pRetry from 'p-retry';
import type { Exchange, Forward, Outcome, StopReason } from '../../engine/types.ts';
import { pause } from './pause.ts';
import { FREE_MOVES, Plan } from './plan.ts';
import { stopOf } from './refusal.ts';
import type { RetryOptions } from './retry.ts';
import { tell } from './tell.ts';
import { troubleIn } from './trouble.ts';

/** p-retry wants an Error, and never a TypeError. */
class Troubled extends Error {}

/** Runs after a first attempt has failed, until one succeeds or there is a reason to stop. */
export class RetryLoop {
  readonly #exchange: Exchange;
  readonly #next: Forward;
  readonly #options: RetryOptions;
  readonly #plan: Plan;
  #over = false;
  /** The outcome of the last attempt that really went out. */
  #last: Outcome;

  constructor(exchange: Exchange, first: Outcome, next: Forward, options: RetryOptions) {
    this.#exchange = exchange;
    this.#last = first;
    this.#next = next;
    this.#options = options;
    this.#plan = new Plan(exchange, options);
  }

  async run(): Promise<Outcome> {
    const { retry } = this.#exchange.settings;
    try {
      return await pRetry((number) => this.#try(number === 1), {
        // One more than can happen: the reason to stop is always ours.
        retries: retry === false ? 0 : retry.retries + FREE_MOVES + 1,
        // Pauses are ours: p-retry's jitter only lengthens, and is the same for everybody at its cap.
        minTimeout: 0,
        factor: 1,
        // Anything else that was thrown is no failed attempt.
        shouldRetry: ({ error }) => error instanceof Troubled && this.#prepare(),
      });
    } catch (error) {
      if (error instanceof Troubled) return this.#giveUp();
      if (this.#last.kind === 'responded') this.#last.discard();
      throw error;
    }
  }

  async #try(isFirst: boolean): Promise<Outcome> {
    const before = this.#exchange.attempts.length;
    const outcome = isFirst ? this.#last : await this.#next(this.#exchange);
    const trouble = troubleIn(outcome);
    if (!trouble) {
      this.#exchange.stopped = undefined;
      return outcome;
    }
    if (isFirst || this.#exchange.attempts.length > before) this.#last = outcome;
    else this.#stopWithout();
    throw new Troubled(trouble.cause);
  }

  /** Nothing went out: what the last real attempt said still stands, and there is no use in asking again. */
  #stopWithout(): void {
    this.#over = true;
    const { cancelled } = this.#exchange;
    this.#stop(cancelled ? stopOf(cancelled.cause) : 'no_other_backend');
    if (cancelled && this.#exchange.stopped === 'client_gone') this.#last = cancelled;
  }

  #stop(reason: StopReason): void {
    this.#exchange.stopped = reason;
    tell(this.#options, this.#exchange, this.#last, reason);
  }

  async #prepare(): Promise<boolean> {
    const trouble = troubleIn(this.#last);
    if (!trouble || this.#over) return false;
    const step = this.#plan.next(trouble, this.#last);
    if (typeof step === 'string') {
      this.#stop(step);
      return false;
    }
    tell(this.#options, this.#exchange, this.#last, step);
    if (this.#last.kind === 'responded') this.#exchange.held = this.#last;
    await pause(this.#exchange, step.waitMs, this.#options.clock);
    if (this.#exchange.cancelled) this.#stopWithout();
    return !this.#over;
  }

  #giveUp(): Outcome {
    const { held } = this.#exchange;
    this.#exchange.held = undefined;
    if (!held || held === this.#last) return this.#last;
    // The response was kept back for an attempt that never began: it is still the best answer there is.
    if (this.#exchange.cancelled?.cause !== 'client_aborted') return held;
    held.discard();
    return this.#last;
  }
}
