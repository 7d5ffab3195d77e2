import type { Timer } from '../../engine/clock.ts';
import type {
  AppliedLimit,
  Attempt,
  CauseCode,
  Exchange,
  Forward,
  LimitDecision,
  Outcome,
  Phase,
  Verdict,
} from '../../engine/types.ts';
import { failed } from '../../failure/failed.ts';
import { IGNORED, verdictOf } from '../../failure/verdict.ts';
import type { AttemptTimeoutOptions } from './attempt-timeout.ts';
import type { LearnedLimit } from './learned-limit.ts';

const TIMEOUT_OF = {
  dns: 'dns_timeout',
  connect: 'connection_timeout',
  tls: 'tls_handshake_timeout',
} as const satisfies Partial<Record<Phase, CauseCode>>;

function isConnecting(phase: Phase): phase is keyof typeof TIMEOUT_OF {
  return phase in TIMEOUT_OF;
}

/** A question that leads to functions of the user's, among others; here nobody could catch what they throw. */
function ask(question: () => boolean): boolean {
  try {
    return question();
  } catch {
    return false;
  }
}

/** Over one attempt, until its response head is there. */
export class Watch {
  readonly #exchange: Exchange;
  readonly #attempt: Attempt;
  readonly #learned: LearnedLimit | undefined;
  readonly #options: AttemptTimeoutOptions;
  #limit: AppliedLimit | undefined;
  #connectMs = Infinity;
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
    if (learned !== false) this.#connectMs = this.#options.connecting?.limit.ms ?? Infinity;
    this.#wait(Math.min(this.#limitMs, this.#connectMs));
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
    if (sentAt === undefined) return this.#lookAtConnecting();
    // It may have widened since this attempt began.
    if (this.#limit) this.#limit = this.#learned?.get(this.#configuredMs);
    const now = this.#options.clock.now();
    const leftMs = sentAt + this.#limitMs - now;
    if (leftMs > 0) return this.#wait(leftMs);
    if (!this.#limit) return this.#cutAtConfigured();
    if (this.#canGoElsewhere(this.#limit) && this.#actOn(this.#limit)) return;
    this.#limit = undefined;
    this.#wait(Math.max(sentAt + this.#configuredMs - now, 0));
  };

  /** Nothing was sent yet, and sending has limits of its own. */
  #lookAtConnecting(): void {
    const { phase, startedAt } = this.#attempt;
    if (this.#connectMs !== Infinity && isConnecting(phase)) {
      const leftMs = startedAt + this.#connectMs - this.#options.clock.now();
      if (leftMs > 0) return this.#wait(leftMs);
      if (this.#giveUpConnecting(phase)) return;
      this.#connectMs = Infinity;
    }
    this.#wait(this.#limitMs);
  }

  /** False where it has to go on. */
  #giveUpConnecting(phase: keyof typeof TIMEOUT_OF): boolean {
    const { connecting } = this.#options;
    const { target } = this.#attempt;
    const { connectMs, learned } = this.#exchange.settings.timeouts;
    if (!connecting || this.#connectMs >= connectMs || !connecting.limit.holdsFor(target)) return false;
    if (!ask(() => connecting.canMove(this.#exchange))) return false;
    const limit = { limitMs: this.#connectMs, source: 'learned', samples: connecting.limit.samples } as const;
    this.#tell(learned === 'observe' ? 'observed' : 'cut', limit, 'connect', connectMs);
    if (learned === 'observe') return false;
    connecting.limit.givenUp(target);
    this.#cut(limit, TIMEOUT_OF[phase], IGNORED);
    return true;
  }

  #canGoElsewhere({ p99 = 0 }: AppliedLimit): boolean {
    return ask(() => this.#options.canGoElsewhere(this.#exchange, p99));
  }

  /** False when it only watches. */
  #actOn(limit: AppliedLimit): boolean {
    const isWatching = this.#exchange.settings.timeouts.learned === 'observe';
    this.#tell(isWatching ? 'observed' : 'cut', limit);
    if (isWatching) return false;
    if (this.#learned?.isCutTooOften(this.#attempt.target)) this.#tell('widened', limit);
    // It says that others are faster, not that this backend is broken.
    this.#cut(limit, 'first_byte_timeout', IGNORED);
    return true;
  }

  #cutAtConfigured(): void {
    const configured = this.#learned?.configured(this.#configuredMs);
    const limit = configured ?? { limitMs: this.#configuredMs, source: 'configured' };
    this.#cut(limit, 'first_byte_timeout', verdictOf('first_byte_timeout'));
  }

  #cut(limit: AppliedLimit, cause: CauseCode, verdict: Verdict): void {
    this.#attempt.limit = limit;
    const what = cause === 'first_byte_timeout' ? 'answer' : 'connection';
    const detail = `No ${what} within ${Math.round(limit.limitMs)} ms (${limit.source} limit).`;
    this.#attempt.running?.cancel(failed(cause, { detail, verdict }));
  }

  #tell(
    action: LimitDecision['action'],
    limit: AppliedLimit,
    phase: LimitDecision['phase'] = 'first_byte',
    configuredMs = this.#configuredMs,
  ): void {
    const { observer } = this.#options;
    if (observer?.watchesLimits() !== true) return;
    const decision = { action, phase, route: this.#learned?.route ?? '', limit, configuredMs };
    observer.limitDecided(this.#exchange, this.#attempt, decision);
  }

  readonly #threw = (error: unknown): never => {
    this.#timer?.cancel();
    throw error;
  };

  readonly #done = (outcome: Outcome): Outcome => {
    this.#timer?.cancel();
    const { connectedAt, startedAt, target } = this.#attempt;
    if (connectedAt !== undefined) this.#options.connecting?.limit.made(connectedAt - startedAt, target);
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
    const { limit, sentAt, target } = this.#exchange.attempts[this.#attempt.number - 2] ?? {};
    // What was given up before it was sent says nothing of answers.
    if (limit?.source !== 'learned' || sentAt === undefined || !target) return;
    if (latencyMs < limit.limitMs) learned.observeCutMadeGood(limit.limitMs, target);
    else learned.observeCut(limit.limitMs);
  }
}
