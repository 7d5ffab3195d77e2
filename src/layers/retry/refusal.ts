import { runHook } from '../../engine/hooks.ts';
import { isIdempotent } from '../../engine/methods.ts';
import type { CauseCode, Exchange, Reached, StopReason } from '../../engine/types.ts';
import { causes } from '../../failure/causes.ts';
import { eligibility, type RepeatFacts } from './eligibility.ts';

/** May this request be sent once more after such a failure? Undefined: yes; else why not. */
export function refusalToRepeat(
  exchange: Exchange,
  cause: CauseCode,
  reached: Reached,
  isOfOneBackend = false,
): StopReason | undefined {
  if (exchange.cancelled) return stopOf(exchange.cancelled.cause);
  if (exchange.settings.retry === false) return 'disabled';
  if (causes[cause].retry === 'never' && !isOfOneBackend) return 'not_retryable';
  const answer = eligibility(new ExchangeFacts(exchange, cause, reached));
  return answer === 'retry' ? undefined : answer;
}

/** Why an exchange that was given up is not tried again. */
export function stopOf(cancelled: CauseCode): StopReason {
  if (cancelled === 'deadline_exceeded') return 'deadline';
  // Otherwise the gateway itself is closing.
  return causes[cancelled].group === 'client' ? 'client_gone' : 'no_other_backend';
}

class ExchangeFacts implements RepeatFacts {
  readonly reached: Reached;
  readonly #exchange: Exchange;
  readonly #cause: CauseCode;

  constructor(exchange: Exchange, cause: CauseCode, reached: Reached) {
    this.#exchange = exchange;
    this.#cause = cause;
    this.reached = reached;
  }

  get responseStarted(): boolean {
    return this.#exchange.responseStarted;
  }

  get idempotent(): boolean {
    return isIdempotent(this.#exchange.request.method);
  }

  /** The user's function is asked only where its answer decides. */
  get optedIn(): boolean {
    const { settings, request } = this.#exchange;
    const when = settings.retry === false ? undefined : settings.retry.when;
    return when !== undefined && runHook('retry.when', () => when(request, this.#cause)) === true;
  }

  get replayable(): boolean {
    return this.#exchange.body.replayable;
  }
}
