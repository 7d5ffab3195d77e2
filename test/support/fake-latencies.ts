import type { Random } from '../../src/engine/clock.ts';
import type { Attempt, Exchange, Forward, LimitDecision, Outcome, Target } from '../../src/engine/types.ts';
import { LearnedLimits } from '../../src/layers/attempt-timeout/learned-limits.ts';
import { RetryBudget } from '../../src/layers/retry/budget.ts';
import { DEFAULTS } from '../../src/options.ts';
import { EventClock } from './event-clock.ts';
import { fakeBackend } from './fake-backend.ts';
import { type FakeExchange, fakeExchange } from './fake-exchange.ts';
import { FakeResponded } from './fake-outcome.ts';
import { seededRandom } from './fake-random.ts';
import { fakeStack } from './fake-stack.ts';

/** What a simulated pool does, and what is asked of it. */
export interface Profile {
  readonly perSecond: number;
  readonly seconds: number;
  /** Milliseconds to the response head of a request that came to this backend at `now`. */
  readonly latencyMs: (backend: string, now: number, random: Random, exchange: Exchange) => number;
  readonly backends?: number;
  readonly request?: (random: Random) => FakeExchange;
}

export interface Answered {
  readonly at: number;
  readonly ms: number;
  readonly ok: boolean;
}

export interface Decided extends LimitDecision {
  readonly at: number;
  readonly backend: string;
}

export interface ProfileResult {
  readonly answered: readonly Answered[];
  /** When each went out, and to whom. */
  readonly attempts: readonly { readonly at: number; readonly backend: string }[];
  readonly decisions: readonly Decided[];
  readonly learned: LearnedLimits;
}

/** Requests at random moments through retries, choice of a backend and learned limits, in simulated time. */
export async function simulateLimits(profile: Profile): Promise<ProfileResult> {
  const simulation = new Simulation(profile);
  await simulation.run();
  return simulation;
}

class Simulation implements ProfileResult {
  readonly answered: Answered[] = [];
  readonly attempts: { at: number; backend: string }[] = [];
  readonly decisions: Decided[] = [];
  readonly learned = new LearnedLimits();
  readonly #clock = new EventClock();
  readonly #random = seededRandom(7);
  readonly #profile: Profile;
  readonly #forward: Forward;

  constructor(profile: Profile) {
    this.#profile = profile;
    const observer = { watchesLimits: () => true, limitDecided: this.#decided };
    const fixture = {
      backends: Array.from({ length: profile.backends ?? 3 }, (_, index) =>
        fakeBackend(`b${index}`, { now: 0 }),
      ),
      clock: this.#clock,
      random: seededRandom(5),
      budget: new RetryBudget(DEFAULTS.budget),
      learning: { learned: this.learned, observer },
    };
    this.#forward = fakeStack(fixture, this.#hop);
  }

  async run(): Promise<void> {
    this.#arrive();
    await this.#clock.runUntil(this.#profile.seconds * 1_000 + 120_000);
  }

  readonly #arrive = (): void => {
    const at = this.#clock.now();
    const { seconds, perSecond, request } = this.#profile;
    if (at >= seconds * 1_000) return;
    const exchange = fakeExchange({ startedAt: at, ...request?.(this.#random) });
    void this.#forward(exchange).then((outcome) => {
      const ok = outcome.kind === 'responded';
      if (ok) outcome.discard();
      this.answered.push({ at, ms: this.#clock.now() - at, ok });
    });
    this.#clock.after((-Math.log(1 - this.#random()) * 1_000) / perSecond, this.#arrive);
  };

  readonly #hop: Forward = (exchange) => {
    const { attempt } = exchange;
    if (!attempt) throw new Error('no attempt');
    const at = this.#clock.now();
    const backend = attempt.target.name;
    this.attempts.push({ at, backend });
    attempt.sentAt = at;
    const latencyMs = this.#profile.latencyMs(backend, at, this.#random, exchange);
    return new Promise((resolve) => this.#answerAfter(latencyMs, exchange, attempt, resolve));
  };

  #answerAfter(ms: number, exchange: Exchange, attempt: Attempt, resolve: (outcome: Outcome) => void): void {
    const timer = this.#clock.after(ms, () => {
      attempt.answeredAt = this.#clock.now();
      resolve(new FakeResponded());
    });
    const running: Attempt['running'] = {
      cancel: (failure) => {
        timer.cancel();
        attempt.endedAt = this.#clock.now();
        attempt.cause = failure.cause;
        resolve(failure);
      },
    };
    attempt.running = running;
    exchange.waiting = running;
  }

  readonly #decided = (
    _exchange: Exchange,
    { target }: { target: Target },
    decision: LimitDecision,
  ): void => {
    this.decisions.push({ ...decision, at: this.#clock.now(), backend: target.name });
  };
}
