import type { Timer } from '../../engine/clock.ts';
import type { AppliedLimit, Attempt, Exchange, Forward, LimitDecision, Outcome } from '../../engine/types.ts';
import { failed } from '../../failure/failed.ts';
import { IGNORED } from '../../failure/verdict.ts';
import type { AttemptTimeoutOptions } from './attempt-timeout.ts';
import type { LearnedLimit } from './learned-limit.ts';

/** Over one attempt, until its response head is there. */
export class Watch {
  readonly #exchange: Exchange;
  readonly #attempt: Attempt;
  readonly #learned: LearnedLimit | undefined;
  readonly #options: AttemptTimeoutOptions;
  #limit: AppliedLimit | undefined;
  #timer: Timer | undefined;

  constructor(
    exchange: Exchange,
    attempt: Attempt,
    learned: LearnedLimit | undefined,
    options: AttemptTimeoutOptions,
  ) {
    this.#exchange = exchange;
    this.#attempt = attempt;
    this.#learned = learned;
    this.#options = options;
  }

  run(next: Forward): Promise<Outcome> {
    const { learned } = this.#exchange.settings.timeouts;
    this.#limit = learned === false ? undefined : this.#learned?.get(this.#configuredMs);
    this.#wait(this.#limitMs);
    return next(this.#exchange).then(this.#done, this.#threw);
  }

  get #configuredMs(): number {
    return this.#exchange.settings.timeouts.firstByteMs;
  }

  get #limitMs(): number {
    return this.#limit?.limitMs ?? this.#configuredMs;
  }

  #wait(ms: number): void {
    if (ms !== Infinity) this.#timer = this.#options.clock.after(ms, this.#look);
  }

  /** Looked at when it fires: until the request is sent, connecting and writing have limits of their own. */
  readonly #look = (): void => {
    const { sentAt } = this.#attempt;
    if (sentAt === undefined) return this.#wait(this.#limitMs);
    const now = this.#options.clock.now();
    const leftMs = sentAt + this.#limitMs - now;
    if (leftMs > 0) return this.#wait(leftMs);
    if (!this.#limit) return this.#cutAtConfigured();
    if (this.#canGoElsewhere(this.#limit) && this.#actOn(this.#limit)) return;
    this.#limit = undefined;
    this.#wait(Math.max(sentAt + this.#configuredMs - now, 0));
  };

  /** Asks a function of the user's, among others; here nobody could catch what it throws. */
  #canGoElsewhere({ p99 = 0 }: AppliedLimit): boolean {
    try {
      return this.#options.canGoElsewhere(this.#exchange, p99);
    } catch {
      return false;
    }
  }

  /** False when it only watches. */
  #actOn(limit: AppliedLimit): boolean {
    const isWatching = this.#exchange.settings.timeouts.learned === 'observe';
    this.#tell(isWatching ? 'observed' : 'cut', limit);
    if (isWatching) return false;
    if (this.#learned?.isCutTooOften(this.#attempt.target)) this.#tell('widened', limit);
    // It says that others are faster, not that this backend is broken.
    this.#cut(limit, { verdict: IGNORED });
    return true;
  }

  #cutAtConfigured(): void {
    const configured = this.#learned?.configured(this.#configuredMs);
    this.#cut(configured ?? { limitMs: this.#configuredMs, source: 'configured' });
  }

  #cut(limit: AppliedLimit, known: { readonly verdict?: typeof IGNORED } = {}): void {
    this.#attempt.limit = limit;
    const detail = `No answer within ${Math.round(limit.limitMs)} ms (${limit.source} limit).`;
    this.#attempt.running?.cancel(failed('first_byte_timeout', { detail, ...known }));
  }

  #tell(action: LimitDecision['action'], limit: AppliedLimit): void {
    const { observer } = this.#options;
    if (observer?.watchesLimits() !== true) return;
    const route = this.#learned?.route ?? '';
    const decision = { action, phase: 'first_byte', route, limit, configuredMs: this.#configuredMs } as const;
    observer.limitDecided(this.#exchange, this.#attempt, decision);
  }

  readonly #threw = (error: unknown): never => {
    this.#timer?.cancel();
    throw error;
  };

  readonly #done = (outcome: Outcome): Outcome => {
    this.#timer?.cancel();
    if (this.#learned) this.#learn(this.#learned, outcome.kind);
    return outcome;
  };

  #learn(learned: LearnedLimit, kind: Outcome['kind']): void {
    const { number, sentAt, answeredAt, endedAt, hedge, superseded } = this.#attempt;
    const isAnswered = !superseded && kind !== 'failed' && sentAt !== undefined && answeredAt !== undefined;
    const latencyMs = isAnswered ? Math.max(answeredAt - sentAt, 0) : Infinity;
    if (number > 1) this.#judgeCutBefore(learned, latencyMs);
    // One of two at a time is known in full only when it is fast: first attempts alone are a fair sample.
    if (sentAt === undefined || hedge) return;
    if (isAnswered) learned.observe(latencyMs);
    else if (superseded && endedAt !== undefined) learned.observeAtLeast(Math.max(endedAt - sentAt, 0));
  }

  /** Where the attempt before this one was cut, this one tells what that was worth. */
  #judgeCutBefore(learned: LearnedLimit, latencyMs: number): void {
    const { limit, target } = this.#exchange.attempts[this.#attempt.number - 2] ?? {};
    if (limit?.source !== 'learned' || !target) return;
    if (latencyMs < limit.limitMs) learned.observeCutMadeGood(limit.limitMs, target);
    else learned.observeCut(limit.limitMs);
  }
}
