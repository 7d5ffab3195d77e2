import pRetry from 'p-retry';
import type { CauseCode, Exchange, Forward, Outcome, Reached, StopReason } from '../../engine/types.ts';
import { causes } from '../../failure/causes.ts';
import { isBackendFailure } from '../../failure/verdict.ts';
import { deadlineAt } from '../../engine/deadline-at.ts';
import { backoffMs } from './backoff.ts';
import { pause } from './pause.ts';
import { refusalToRepeat, stopOf } from './refusal.ts';
import { retryAfterMs } from './retry-after.ts';
import type { RetryOptions } from './retry.ts';

/** Moves that cannot amplify an outage (provably unsent, or a stale connection), beyond `retries`. */
const FREE_MOVES = 3;

export interface Trouble {
  readonly cause: CauseCode;
  readonly reached: Reached;
}

/** A client is not kept waiting for longer: then the backend's own answer, Retry-After and all, serves it better. */
const LONGEST_WAIT_MS = 1_000;

/** What is wrong with an outcome, if anything is. */
export function troubleIn(outcome: Outcome): Trouble | undefined {
  if (outcome.kind === 'failed') return outcome;
  if (outcome.kind === 'responded' && isBackendFailure(outcome.status)) return BAD_STATUS;
  return undefined;
}

const BAD_STATUS: Trouble = { cause: 'backend_status', reached: 'yes' };

/** p-retry wants an Error, and never a TypeError. */
class Troubled extends Error {}

/** Runs after a first attempt has failed, until one succeeds or there is a reason to stop. */
export class RetryLoop {
  readonly #exchange: Exchange;
  readonly #next: Forward;
  readonly #options: RetryOptions;
  #charged = 0;
  #free = 0;
  #over = false;
  /** The outcome of the last attempt that really went out. */
  #last: Outcome | undefined;

  constructor(exchange: Exchange, next: Forward, options: RetryOptions) {
    this.#exchange = exchange;
    this.#next = next;
    this.#options = options;
  }

  async run(first: Outcome): Promise<Outcome> {
    const { retry } = this.#exchange.settings;
    try {
      return await pRetry((number) => this.#try(number === 1 ? first : undefined), {
        // One more than can happen: the reason to stop is always ours.
        retries: retry === false ? 0 : retry.retries + FREE_MOVES + 1,
        // Pauses are ours: p-retry's jitter only lengthens, and is the same for everybody at its cap.
        minTimeout: 0,
        factor: 1,
        // Anything else that was thrown is no failed attempt.
        shouldRetry: ({ error }) => error instanceof Troubled && this.#prepare(),
      });
    } catch (error) {
      if (error instanceof Troubled) return this.#giveUp(first);
      if (this.#last?.kind === 'responded') this.#last.discard();
      throw error;
    }
  }

  async #try(first: Outcome | undefined): Promise<Outcome> {
    const before = this.#exchange.attempts.length;
    const outcome = first ?? (await this.#next(this.#exchange));
    const trouble = troubleIn(outcome);
    if (!trouble) {
      this.#exchange.stopped = undefined;
      return outcome;
    }
    if (first !== undefined || this.#exchange.attempts.length > before) this.#last = outcome;
    else this.#stopWithout();
    throw new Troubled(trouble.cause);
  }

  /** Nothing went out: what the last real attempt said still stands, and there is no use in asking again. */
  #stopWithout(): void {
    this.#over = true;
    const { cancelled } = this.#exchange;
    this.#exchange.stopped = cancelled ? stopOf(cancelled.cause) : 'no_other_backend';
    if (this.#exchange.stopped === 'client_gone') this.#last = cancelled;
  }

  async #prepare(): Promise<boolean> {
    const trouble = this.#last && troubleIn(this.#last);
    if (!trouble || this.#over) return false;
    const waitMs = this.#plan(trouble);
    if (typeof waitMs === 'string') {
      this.#exchange.stopped = waitMs;
      return false;
    }
    if (this.#last?.kind === 'responded') this.#exchange.held = this.#last;
    await pause(this.#exchange, waitMs, this.#options.clock);
    if (this.#exchange.cancelled) this.#stopWithout();
    return !this.#over;
  }

  /** The pause before the next attempt, or why there is none. */
  #plan(trouble: Trouble): number | StopReason {
    const refusal = refusalToRepeat(this.#exchange, trouble.cause, trouble.reached);
    if (refusal) return refusal;
    const where = this.#options.elsewhere(this.#exchange);
    const stale = trouble.cause === 'stale_connection';
    if (where === 'none' || (where === 'same' && !stale)) return 'no_other_backend';
    if (where !== 'other' && causes[trouble.cause].elsewhereOnly) return 'no_other_backend';
    const waitMs = where === 'other' || stale ? 0 : this.#waitForSame();
    const { clock } = this.#options;
    if (waitMs > LONGEST_WAIT_MS) return 'not_retryable';
    if (clock.now() + waitMs >= deadlineAt(this.#exchange)) return 'deadline';
    const refused = this.#charge(trouble, stale, where === 'other');
    if (refused) return refused;
    this.#exchange.sameBackendAllowed = where !== 'other';
    return waitMs;
  }

  /** Before the same backend is asked again: what it asks for itself, or else our own backoff. */
  #waitForSame(): number {
    const { clock, random } = this.#options;
    const asked = this.#last?.kind === 'responded' ? retryAfterMs(this.#last.headers, clock.wall()) : 0;
    return Math.max(asked, backoffMs(this.#charged + 1, random));
  }

  #charge(trouble: Trouble, stale: boolean, elsewhere: boolean): StopReason | undefined {
    const { retry } = this.#exchange.settings;
    const harmless = trouble.reached === 'no' || stale;
    if (harmless && (elsewhere || stale) && this.#free < FREE_MOVES) {
      this.#free += 1;
      return undefined;
    }
    if (retry === false || this.#charged >= retry.retries) return 'max_attempts';
    if (!harmless && !this.#options.budget.withdraw(this.#options.clock.now())) return 'budget_exhausted';
    this.#charged += 1;
    return undefined;
  }

  #giveUp(first: Outcome): Outcome {
    const { held } = this.#exchange;
    this.#exchange.held = undefined;
    const last = this.#last ?? first;
    if (!held || held === last) return last;
    // The response was kept back for an attempt that never began: it is still the best answer there is.
    if (this.#exchange.cancelled?.cause !== 'client_aborted') return held;
    held.discard();
    return last;
  }
}
