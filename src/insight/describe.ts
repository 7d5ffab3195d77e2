import type { Exchange, Outcome } from '../engine/types.ts';
import { causes } from '../failure/causes.ts';
import type { AttemptEvent, ExchangeEvent } from './events.ts';

export function describeExchange(
  exchange: Exchange,
  outcome: Outcome,
  bytes: number,
  now: number,
): ExchangeEvent {
  const cause = causeOf(exchange, outcome);
  return {
    requestId: exchange.request.id,
    method: exchange.request.method,
    path: exchange.request.path,
    outcome: outcome.kind,
    status: outcome.kind === 'responded' ? outcome.status : undefined,
    cause,
    group: cause && causes[cause].group,
    stopped: exchange.stopped,
    attemptCount: exchange.attempts.length,
    bytes,
    ms: now - exchange.startedAt,
  };
}

/** A response can still break off, and a backend's own error is passed through: both have a cause. */
function causeOf(exchange: Exchange, outcome: Outcome): ExchangeEvent['cause'] {
  if (outcome.kind === 'failed') return outcome.cause;
  return outcome.kind === 'responded' ? exchange.attempts.at(-1)?.cause : undefined;
}

export function describeAttempt(exchange: Exchange, number: number, now: number): AttemptEvent | undefined {
  const attempt = exchange.attempts[number - 1];
  if (!attempt) return undefined;
  return {
    requestId: exchange.request.id,
    number,
    backend: attempt.target.name,
    phase: attempt.phase,
    status: attempt.status,
    cause: attempt.cause,
    reached: attempt.reached,
    limit: attempt.limit,
    ms: (attempt.endedAt ?? now) - attempt.startedAt,
  };
}
