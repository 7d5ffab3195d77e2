import { runHook } from '../../engine/hooks.ts';
import { isIdempotent } from '../../engine/methods.ts';
import type { CauseCode, Exchange, Reached, StopReason } from '../../engine/types.ts';
import { causes } from '../../failure/causes.ts';

/**
 * May this request be sent once more after such a failure? Undefined: yes; else why not. The answer rests
 * on `reached`, not on the cause's name alone: a wrong name must never repeat what may not be repeated.
 */
export function refusalToRepeat(
  exchange: Exchange,
  cause: CauseCode,
  reached: Reached,
): StopReason | undefined {
  const { retry } = exchange.settings;
  if (exchange.cancelled) return stopOf(exchange.cancelled.cause);
  if (retry === false) return 'disabled';
  if (causes[cause].retry === 'never') return 'not_retryable';
  if (reached !== 'no' && !isRepeatable(exchange, cause)) return 'method_not_idempotent';
  return exchange.body.replayable ? undefined : 'body_not_replayable';
}

/** Why an exchange that was given up is not tried again. */
export function stopOf(cancelled: CauseCode): StopReason {
  if (cancelled === 'deadline_exceeded') return 'deadline';
  // Otherwise the gateway itself is closing.
  return causes[cancelled].group === 'client' ? 'client_gone' : 'no_other_backend';
}

/** Repeating cannot do harm: the method is idempotent (RFC 9110 section 9.2.2), or the route opted in. */
export function isRepeatable(exchange: Exchange, cause: CauseCode): boolean {
  const { retry } = exchange.settings;
  if (isIdempotent(exchange.request.method)) return true;
  if (retry === false || !retry.when) return false;
  const { when } = retry;
  return runHook('retry.when', () => when(exchange.request, cause)) === true;
}
