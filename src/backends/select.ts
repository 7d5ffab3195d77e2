import { BackendAttempt } from '../engine/attempt.ts';
import type { Clock } from '../engine/clock.ts';
import { deadlineAt } from '../engine/deadline-at.ts';
import { climbs } from '../engine/dot-segments.ts';
import type {
  Attempt,
  Ending,
  Exchange,
  Failed,
  Forward,
  Layer,
  Outcome,
  Pass,
  Responded,
  Upgraded,
  Verdict,
} from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { climbing } from '../failure/rejected.ts';
import { IGNORED, SUCCESS, verdictOfStatus } from '../failure/verdict.ts';
import type { Admittance } from './admit.ts';
import type { Backend } from './backend.ts';
import { isPushback, measureAnswer, measureFailure } from './measure.ts';
import type { Pool } from './pool.ts';
import type { WaitingQueue } from './queue.ts';

export interface SelectOptions {
  readonly clock: Clock;
  /** The backends that an exchange may go to; undefined when there is no room for them. */
  readonly poolOf: (exchange: Exchange) => Pool | undefined;
  readonly queue: WaitingQueue;
  /** What nearly all answers to such a request took at least, where that is known. */
  readonly fastestMs?: (exchange: Exchange) => number | undefined;
  /** Undefined: nobody is spared. */
  readonly admittance?: Admittance | undefined;
}

/** One cut after the other: for so many times slower than the limit a backend is taken at most. */
const MOST_DOUBT = 8;

/** Picks a backend and enters its gates. An open breaker costs no socket and no timeout. */
export function select(options: SelectOptions): Layer {
  return (next) => (exchange) => tryToSend(exchange, next, options) ?? waitForPlace(exchange, next, options);
}

/** Undefined: it would have to wait for a free slot. */
function tryToSend(exchange: Exchange, next: Forward, options: SelectOptions): Promise<Outcome> | undefined {
  const now = options.clock.now();
  const over = overAt(exchange, now, options);
  if (over) return Promise.resolve(over);
  const { poolOf, admittance } = options;
  const pool = poolOf(exchange);
  if (!pool)
    return Promise.resolve(failed('pool_saturated', { detail: NO_ROOM, retryAfterMs: RETRY_AFTER_MS }));
  const chosen = pool.choose(exchange, now);
  const backend = chosen && admittance ? admittance.admit(chosen, pool, exchange, now) : chosen;
  if (chosen && !backend) return Promise.resolve(spared());
  // Asked here, where it is known where it goes: backends come from lists, names and requests, too.
  if (backend && backend.target.prefix !== '' && climbs(exchange.request.path)) {
    return Promise.resolve(climbing());
  }
  const pass = backend && pool.enter(backend, now);
  if (pass) return send(new Sending(backend, pass, exchange, now, options), next);
  return pool.isMerelyBusy(exchange)
    ? undefined
    : Promise.resolve(refusal(pool, options.clock, exchange, now));
}

/**
 * Timers may be late: an attempt for which no time is left is not sent. Nor is one that has waited, or comes after
 * another one, and could only be answered in time if it were faster than nearly all are.
 */
function overAt(exchange: Exchange, now: number, { fastestMs }: SelectOptions): Failed | undefined {
  const leftMs = deadlineAt(exchange) - now;
  const isLate = leftMs < exchange.deadlineMs / 2;
  const neededMs = isLate ? (fastestMs?.(exchange) ?? 0) : 0;
  if (leftMs > neededMs) return exchange.cancelled;
  exchange.cancel(failed('deadline_exceeded', exchange.attempts.length === 0 ? { reached: 'no' } : {}));
  return exchange.cancelled;
}

function waitForPlace(exchange: Exchange, next: Forward, options: SelectOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const serve = (): boolean => {
      try {
        const outcome = tryToSend(exchange, next, options);
        if (outcome) resolve(outcome);
        return outcome !== undefined;
      } catch (error) {
        // A function of the user's threw: not at the exchange whose end woke this one.
        reject(error as Error);
        return true;
      }
    };
    options.queue.wait(exchange, serve, resolve);
  });
}

function send(sending: Sending, next: Forward): Promise<Outcome> {
  try {
    return next(sending.exchange).then(sending.done, sending.threw);
  } catch (error) {
    return Promise.reject(error as Error).catch(sending.threw);
  }
}

/** An exchange that has entered a backend's gates. */
class Sending {
  readonly exchange: Exchange;
  readonly #backend: Backend;
  readonly #pass: Pass;
  readonly #attempt: Attempt;
  readonly #options: SelectOptions;
  #isPushback = false;

  constructor(backend: Backend, pass: Pass, exchange: Exchange, now: number, options: SelectOptions) {
    this.exchange = exchange;
    this.#backend = backend;
    this.#pass = pass;
    this.#options = options;
    this.#attempt = new BackendAttempt(exchange.attempts.length + 1, backend.target, now);
    exchange.attempt = this.#attempt;
    exchange.attempts.push(this.#attempt);
    // Now there is a next attempt: what was kept in case there would be none is no longer needed.
    exchange.held?.discard();
    exchange.held = undefined;
  }

  /** Tells gates and balancer how it went: at the head, and once more at the end. */
  readonly done = (outcome: Outcome): Outcome => {
    if (outcome.kind !== 'failed') this.#answered(outcome);
    else this.#failed(outcome);
    return outcome;
  };

  #failed(outcome: Failed): void {
    if (this.#backend.isMeasured) {
      measureFailure(
        this.#backend,
        this.#attempt,
        outcome,
        this.#attempt.endedAt ?? this.#options.clock.now(),
      );
    }
    if (this.#attempt.superseded) this.#passedOver(IGNORED, 0);
    else if (this.#attempt.limit?.source === 'learned') this.#passedOver(outcome.verdict, MOST_DOUBT);
    else this.#settle(outcome.verdict);
  }

  /** Whatever happens below, the slot is freed. */
  readonly threw = (error: unknown): never => {
    this.#settle(IGNORED);
    throw error;
  };

  #answered(outcome: Responded | Upgraded): void {
    this.#isPushback = isPushback(outcome.status) && this.#backend.admission !== undefined;
    // Two that act on one sign would act against each other: what admission sees to is nothing to the breaker.
    const verdict = this.#isPushback ? IGNORED : verdictOfStatus(outcome.status);
    const now = this.#attempt.answeredAt ?? this.#options.clock.now();
    const latencyMs = now - (this.#attempt.sentAt ?? this.#attempt.startedAt);
    // A fast failure must not make a backend look attractive.
    if (verdict.kind === 'success') this.#backend.latency.observe(latencyMs, now);
    if (this.#backend.isMeasured) measureAnswer(this.#backend, outcome.status, latencyMs, now);
    this.#pass.answered(verdict, now, latencyMs);
    if (outcome.kind === 'upgraded') return this.#upgraded(outcome);
    if (outcome.isEventStream && this.#backend.adaptive) this.#streams(outcome, now);
    outcome.onEnded(this.#ended);
  }

  /** Told of its end before the slot is freed: at no time is there one too many. */
  #streams(outcome: Responded, now: number): void {
    this.#backend.streamOpened(now);
    outcome.onEnded(() => this.#backend.streamClosed(this.#attempt.endedAt ?? this.#options.clock.now()));
    this.#options.queue.wake();
  }

  /**
   * Given up for being slow: without this, a slow backend would look as fast as its fast answers. Where nothing is
   * known but that it would have taken longer, it is taken for twice as slow each time, up to `doubt` times the wait.
   */
  #passedOver(verdict: Verdict, doubt: number): void {
    const { endedAt, sentAt, startedAt, superseded } = this.#attempt;
    if (endedAt !== undefined && (sentAt !== undefined || !superseded)) {
      const { latency } = this.#backend;
      const waitedMs = endedAt - (sentAt ?? startedAt);
      const known = latency.at(endedAt);
      const atLeast = Math.max(waitedMs, Math.min(2 * known, doubt * waitedMs));
      if (atLeast > known) latency.observe(atLeast, endedAt);
    }
    this.#settle(verdict);
  }

  /**
   * A tunnel is no request any more: a thousand idle ones must not keep requests out. How one ends, perhaps hours
   * later, says nothing of the backend's health now.
   */
  #upgraded(tunnel: Upgraded): void {
    this.#backend.tunnelOpened();
    this.#settle(SUCCESS);
    tunnel.onEnded(() => this.#backend.tunnelClosed());
  }

  readonly #ended = (ending: Ending): void => this.#settle(this.#isPushback ? IGNORED : ending.verdict);

  #settle(verdict: Verdict): void {
    if (verdict.kind === 'failure') this.#backend.lastCause = verdict.cause;
    this.#pass.settle(verdict, this.#attempt.endedAt ?? this.#options.clock.now());
    this.#options.queue.wake();
  }
}

/** What a backend would refuse anyway is refused here, at once. */
function spared(): Failed {
  const detail = 'The backends push back (429, 503): this request was not sent, to spare them.';
  return failed('pool_saturated', { detail, retryAfterMs: RETRY_AFTER_MS });
}

/** So many backends are reported on, whatever their number: who reads that one is out reads the reason of all. */
const MOST_REPORTS = 100;
/** Where it is not known when one will be back: the least that Retry-After can say. */
const RETRY_AFTER_MS = 1_000;
const NO_ROOM = 'Requests to as many other destinations as there is room for are under way.';

/** No backend takes it, and waiting would not help: says so at once, with what is known of each. */
function refusal(pool: Pool, clock: Clock, exchange: Exchange, now: number): Failed {
  if (pool.isUnconfigured) return failed('no_backend_configured');
  const { backends, rotation } = pool;
  const wall = clock.wall();
  const more = backends.length - MOST_REPORTS;
  const waitMs = rotation.nextProbeAt - now;
  const known = {
    backends: backends.slice(0, MOST_REPORTS).map((backend) => backend.report(now, wall)),
    retryAfterMs: waitMs === Infinity ? RETRY_AFTER_MS : Math.max(waitMs, 0),
    ...(more > 0 && { detail: `${more} more backends are not listed.` }),
  };
  const isOpen = exchange.attempts.length > 0 || rotation.broken > 0;
  return failed(isOpen ? 'circuit_open' : 'no_healthy_backend', known);
}
