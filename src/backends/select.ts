import { BackendAttempt } from '../engine/attempt.ts';
import type { Clock } from '../engine/clock.ts';
import type { Attempt, Exchange, Failed, Forward, Layer, Outcome, Pass, Verdict } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { verdictOfStatus } from '../failure/verdict.ts';
import type { Backend } from './backend.ts';
import type { Pool } from './pool.ts';
import type { WaitingQueue } from './queue.ts';

export interface SelectOptions {
  readonly clock: Clock;
  readonly pool: Pool;
  readonly queue: WaitingQueue;
}

/** Picks a backend and enters its gates. An open breaker costs no socket and no timeout. */
export function select(options: SelectOptions): Layer {
  return (next) => (exchange) => {
    const now = options.clock.now();
    if (exchange.cancelled) return Promise.resolve(exchange.cancelled);
    const place = find(options.pool, exchange, now);
    if (place) return send(place, exchange, next, options);
    if (!options.pool.isMerelyBusy(exchange, now)) return Promise.resolve(refusal(options, exchange, now));
    return waitForPlace(exchange, next, options);
  };
}

interface Place {
  readonly backend: Backend;
  readonly pass: Pass;
}

function find(pool: Pool, exchange: Exchange, now: number): Place | undefined {
  const backend = pool.choose(exchange, now);
  const pass = backend?.enter(now);
  return backend && pass && { backend, pass };
}

function waitForPlace(exchange: Exchange, next: Forward, options: SelectOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const serve = (): boolean => {
      const place = find(options.pool, exchange, options.clock.now());
      if (place) resolve(send(place, exchange, next, options));
      return place !== undefined;
    };
    options.queue.wait(exchange, serve, resolve);
  });
}

function send(place: Place, exchange: Exchange, next: Forward, options: SelectOptions): Promise<Outcome> {
  const { backend } = place;
  const attempt = new BackendAttempt(exchange.attempts.length + 1, backend.target, options.clock.now());
  exchange.attempt = attempt;
  exchange.attempts.push(attempt);
  // Now there is a next attempt: what was kept in case there would be none is no longer needed.
  exchange.held?.discard();
  exchange.held = undefined;
  const done = (outcome: Outcome): Outcome => {
    account(place, attempt, outcome, options);
    return outcome;
  };
  const threw = (error: unknown): Outcome => done(failed('gateway_error', { error }));
  try {
    return next(exchange).then(done, threw);
  } catch (error) {
    // Whatever happens below, the slot is freed.
    return Promise.resolve(threw(error));
  }
}

/** Tells gates and balancer how it went: at the head, and once more at the end. */
function account(place: Place, attempt: Attempt, outcome: Outcome, options: SelectOptions): void {
  const settle = (verdict: Verdict): void => {
    if (verdict.kind === 'failure') place.backend.lastCause = verdict.cause;
    place.pass.settle(verdict, options.clock.now());
    options.queue.wake();
  };
  if (outcome.kind !== 'responded')
    return settle(outcome.kind === 'failed' ? outcome.verdict : { kind: 'success' });
  const verdict = verdictOfStatus(outcome.status);
  const now = options.clock.now();
  // A fast failure must not make a backend look attractive.
  if (verdict.kind === 'success')
    place.backend.latency.observe(now - (attempt.sentAt ?? attempt.startedAt), now);
  place.pass.answered(verdict, now);
  void outcome.ended.then((ending) => settle(ending.verdict));
}

/** No backend takes it, and waiting would not help: says so at once, with what is known of each. */
function refusal({ pool, clock }: SelectOptions, exchange: Exchange, now: number): Failed {
  const wall = clock.wall();
  const reports = pool.backends.map((backend) => backend.report(now, wall));
  const waits = pool.backends.map(({ breaker }) => (breaker?.openUntil ?? now) - now);
  const known = { backends: reports, retryAfterMs: Math.max(Math.min(...waits), 0) };
  const tried = exchange.attempts.length > 0;
  const open = tried || reports.some(({ state }) => state === 'open' || state === 'half_open');
  return failed(open ? 'circuit_open' : 'no_healthy_backend', known);
}
