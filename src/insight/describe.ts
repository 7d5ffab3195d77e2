import type { Attempt, Exchange, LimitDecision, Outcome, RepeatDecision } from '../engine/types.ts';
import { causes } from '../failure/causes.ts';
import type { AttemptEvent, ExchangeEvent, LimitEvent, RetryEvent } from './events.ts';

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
    status: outcome.kind === 'failed' ? undefined : outcome.status,
    cause,
    group: cause && causes[cause].group,
    stopped: stoppedBy(exchange, cause),
    attemptCount: exchange.attempts.length,
    bytes,
    ms: now - exchange.startedAt,
  };
}

/** Responses and tunnels can still break off, and a backend's own error is passed through: all have a cause. */
function causeOf(exchange: Exchange, outcome: Outcome): ExchangeEvent['cause'] {
  return outcome.kind === 'failed' ? outcome.cause : exchange.attempt?.cause;
}

/** A response that broke off on its way to the client cannot be asked for again. */
function stoppedBy(
  { responseStarted, stopped }: Exchange,
  cause: ExchangeEvent['cause'],
): ExchangeEvent['stopped'] {
  if (!responseStarted || cause === undefined || cause === 'backend_status') return stopped;
  return causes[cause].group === 'client' ? 'client_gone' : 'response_started';
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
    hedge: attempt.hedge,
    superseded: attempt.superseded,
    ms: (attempt.endedAt ?? now) - attempt.startedAt,
  };
}

export function describeRepeat(
  { request, attempt }: Exchange,
  { kind, cause, reason, waitMs, paid }: RepeatDecision,
): RetryEvent {
  return {
    requestId: request.id,
    kind,
    decision: reason === undefined ? 'sent' : 'refused',
    reason,
    number: attempt?.number,
    backend: attempt?.target.name,
    cause,
    waitMs,
    paid,
  };
}

export function describeLimit(
  { request }: Exchange,
  { number, target }: Attempt,
  { action, phase, route, limit, configuredMs }: LimitDecision,
): LimitEvent {
  const { limitMs, source, p50, p99, samples } = limit;
  return {
    requestId: request.id,
    action,
    phase,
    route,
    backend: target.name,
    number,
    limitMs,
    source,
    p50,
    p99,
    samples,
    configuredMs,
  };
}
