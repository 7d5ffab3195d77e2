import type { Clock, Timer } from '../../engine/clock.ts';
import type { AppliedLimit, Attempt, Exchange, Forward, Layer, Outcome } from '../../engine/types.ts';
import { failed } from '../../failure/failed.ts';
import { IGNORED } from '../../failure/verdict.ts';
import type { LearnedLimit } from './learned-limit.ts';
import type { LearnedLimits } from './learned-limits.ts';

export interface AttemptTimeoutOptions {
  readonly clock: Clock;
  /** Shared with whatever else is guided by latencies. */
  readonly learned: LearnedLimits;
  /** Would another attempt of this exchange be allowed, and is there a backend for it? Injected. */
  readonly canGoElsewhere: (exchange: Exchange) => boolean;
}

/**
 * Limits the wait for the response head, counted from the last byte of the request. The configured limit
 * always holds; a shorter one, learned per route over the whole pool so that one slow backend stands out,
 * cuts only an attempt that can go elsewhere.
 */
export function attemptTimeout(options: AttemptTimeoutOptions): Layer {
  return (next) => (exchange) => {
    const { attempt } = exchange;
    if (!attempt) return next(exchange);
    const learned = isLearning(exchange) ? options.learned.of(exchange.request) : undefined;
    return new Watch(exchange, attempt, learned, options).run(next);
  };
}

/** For a limit of our own, or for whoever sends a second attempt. */
function isLearning({ settings: { timeouts, retry } }: Exchange): boolean {
  return timeouts.learned || (retry !== false && retry.hedge !== false);
}

class Watch {
  readonly #exchange: Exchange;
  readonly #attempt: Attempt;
  readonly #learned: LearnedLimit | undefined;
  readonly #options: AttemptTimeoutOptions;
  readonly #configuredMs: number;
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
    this.#configuredMs = exchange.settings.timeouts.firstByteMs;
  }

  run(next: Forward): Promise<Outcome> {
    const { learned } = this.#exchange.settings.timeouts;
    this.#limit = learned ? this.#learned?.get(this.#configuredMs) : undefined;
    this.#wait(this.#limitMs);
    return next(this.#exchange).then(this.#done, this.#threw);
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
    const leftMs = sentAt + this.#limitMs - this.#options.clock.now();
    if (leftMs > 0) return this.#wait(leftMs);
    if (this.#limit && !this.#canGoElsewhere()) {
      this.#limit = undefined;
      return this.#wait(Math.max(sentAt + this.#configuredMs - this.#options.clock.now(), 0));
    }
    this.#cut();
  };

  /** Asks a function of the user's, among others; here nobody could catch what it throws. */
  #canGoElsewhere(): boolean {
    try {
      return this.#options.canGoElsewhere(this.#exchange);
    } catch {
      return false;
    }
  }

  #cut(): void {
    const limit = this.#limit ?? { limitMs: this.#configuredMs, source: 'configured' };
    this.#attempt.limit = limit;
    if (limit.source === 'learned') this.#learned?.observeCut(limit.limitMs);
    const detail = `No answer within ${Math.round(limit.limitMs)} ms (${limit.source} limit).`;
    // A learned cut says that others are faster, not that this backend is broken.
    const known = limit.source === 'learned' ? { detail, verdict: IGNORED } : { detail };
    this.#attempt.running?.cancel(failed('first_byte_timeout', known));
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
    const { sentAt, answeredAt, endedAt, hedge, superseded } = this.#attempt;
    // One of two at a time is known in full only when it is fast: first attempts alone are a fair sample.
    if (sentAt === undefined || hedge) return;
    if (superseded && endedAt !== undefined) learned.observeAtLeast(Math.max(endedAt - sentAt, 0));
    else if (kind !== 'failed' && answeredAt !== undefined) learned.observe(Math.max(answeredAt - sentAt, 0));
  }
}
