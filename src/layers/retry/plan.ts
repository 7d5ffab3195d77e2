import { deadlineAt } from '../../engine/deadline-at.ts';
import type { Exchange, Outcome, StopReason } from '../../engine/types.ts';
import { causes } from '../../failure/causes.ts';
import { backoffMs } from './backoff.ts';
import { refusalToRepeat } from './refusal.ts';
import { retryAfterMs } from './retry-after.ts';
import type { RetryOptions } from './retry.ts';
import type { Trouble } from './trouble.ts';

/** Moves that cannot amplify an outage (provably unsent, or a stale connection), beyond `retries`. */
export const FREE_MOVES = 3;

/** The next attempt: after which pause, and whether the budget paid for it. */
export interface Step {
  readonly waitMs: number;
  readonly paid: boolean;
}

/** Decides after each failed attempt of one exchange whether there is another one, and counts what it costs. */
export class Plan {
  readonly #exchange: Exchange;
  readonly #options: RetryOptions;
  #charged = 0;
  #free = 0;

  constructor(exchange: Exchange, options: RetryOptions) {
    this.#exchange = exchange;
    this.#options = options;
  }

  /** What follows an attempt that ended like this, or why nothing does. */
  next(trouble: Trouble, outcome: Outcome): Step | StopReason {
    const { cause, reached, isOfOneBackend } = trouble;
    const refusal = refusalToRepeat(this.#exchange, cause, reached, isOfOneBackend);
    if (refusal) return refusal;
    const where = this.#options.elsewhere(this.#exchange);
    const isStale = cause === 'stale_connection';
    if (where === 'none' || (where === 'same' && !isStale)) return 'no_other_backend';
    if (where !== 'other' && causes[cause].elsewhereOnly) return 'no_other_backend';
    const waitMs = where === 'other' || isStale ? 0 : this.#waitForSame(outcome);
    if (waitMs === undefined) return 'not_retryable';
    if (this.#options.clock.now() + waitMs >= deadlineAt(this.#exchange)) return 'deadline';
    const payment = this.#pay(trouble, isStale || (reached === 'no' && where === 'other'));
    if (typeof payment === 'string') return payment;
    this.#exchange.sameBackendAllowed = where !== 'other';
    return { waitMs, paid: payment };
  }

  /** Before the same backend is asked again: what it asks for itself, unless that is too long, or our own backoff. */
  #waitForSame(outcome: Outcome): number | undefined {
    const { clock, random } = this.#options;
    const { retry } = this.#exchange.settings;
    const asked = outcome.kind === 'responded' ? retryAfterMs(outcome.headers, clock.wall()) : 0;
    if (retry === false || asked > retry.maxRetryAfterMs) return undefined;
    return Math.max(asked, backoffMs(this.#charged + 1, random));
  }

  /** Attempts that were sent beside others count like retries. */
  #hedges(): number {
    return this.#exchange.attempts.filter(({ hedge }) => hedge).length;
  }

  /** Whether the budget paid, or why there is nothing to pay with. */
  #pay({ cause, reached }: Trouble, isMove: boolean): boolean | StopReason {
    if (isMove && this.#free < FREE_MOVES) {
      this.#free += 1;
      return false;
    }
    const { retry } = this.#exchange.settings;
    if (retry === false || this.#charged + this.#hedges() >= retry.retries) return 'max_attempts';
    const mayAmplify = reached !== 'no' && cause !== 'stale_connection';
    if (mayAmplify && !this.#options.budget.withdraw(this.#options.clock.now())) return 'budget_exhausted';
    this.#charged += 1;
    return mayAmplify;
  }
}
