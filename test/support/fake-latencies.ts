import type { Random } from '../../src/engine/clock.ts';
import type {
  Attempt,
  CauseCode,
  Exchange,
  Forward,
  LimitDecision,
  Outcome,
  Target,
} from '../../src/engine/types.ts';
import { LearnedLimits } from '../../src/layers/attempt-timeout/learned-limits.ts';
import type { PriorityOf } from '../../src/backends/priority.ts';
import { RetryBudget } from '../../src/layers/retry/budget.ts';
import { DEFAULTS } from '../../src/options.ts';
import { EventClock } from './event-clock.ts';
import { type FakeBackend, fakeBackend } from './fake-backend.ts';
import { type FakeExchange, fakeExchange } from './fake-exchange.ts';
import { FakeResponded } from './fake-outcome.ts';
import { seededRandom } from './fake-random.ts';
import { fakeStack } from './fake-stack.ts';

/** What a simulated pool does, and what is asked of it. */
export interface Profile {
  readonly perSecond: number;
  readonly seconds: number;
  /**
   * Milliseconds to the response head of a request that came to this backend at `now`, when it is working on so many,
   * those that nobody waits for any more included.
   */
  readonly latencyMs: (arrival: Arrival) => number;
  /** The status of the answer; default 200. */
  readonly status?: (arrival: Arrival) => number;
  readonly backends?: number;
  readonly backend?: FakeBackend;
  /** Places to wait in; default none. */
  readonly queue?: number;
  readonly priorityOf?: PriorityOf;
  readonly request?: (random: Random) => FakeExchange;
}

export interface Arrival {
  readonly backend: string;
  readonly now: number;
  readonly random: Random;
  readonly exchange: Exchange;
  /** Requests that the backend is working on, this one included. */
  readonly load: number;
}

export interface Answered {
  readonly at: number;
  readonly path: string;
  readonly status: number | undefined;
  readonly cause: CauseCode | undefined;
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
  readonly #load = new Map<string, number>();
  readonly #forward: Forward;

  constructor(profile: Profile) {
    this.#profile = profile;
    const observer = { watchesLimits: () => true, limitDecided: this.#decided };
    const fixture = {
      backends: Array.from({ length: profile.backends ?? 3 }, (_, index) =>
        fakeBackend(`b${index}`, { now: 0, random: seededRandom(3), ...profile.backend }),
      ),
      clock: this.#clock,
      random: seededRandom(5),
      budget: new RetryBudget(DEFAULTS.budget),
      queue: profile.queue ?? 0,
      admission: profile.backend?.admission ?? false,
      priorityOf: profile.priorityOf,
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
      if (outcome.kind === 'responded') outcome.discard();
      const status = outcome.kind === 'responded' ? outcome.status : undefined;
      const cause = outcome.kind === 'failed' ? outcome.cause : undefined;
      this.answered.push({
        at,
        path: exchange.request.path,
        status,
        cause,
        ms: this.#clock.now() - at,
        ok: status === 200,
      });
    });
    this.#clock.after((-Math.log(1 - this.#random()) * 1_000) / perSecond, this.#arrive);
  };

  readonly #hop: Forward = (exchange) => {
    const { attempt } = exchange;
    if (!attempt) throw new Error('no attempt');
    const now = this.#clock.now();
    const backend = attempt.target.name;
    this.attempts.push({ at: now, backend });
    attempt.sentAt = now;
    const load = (this.#load.get(backend) ?? 0) + 1;
    this.#load.set(backend, load);
    const arrival: Arrival = { backend, now, random: this.#random, exchange, load };
    return new Promise((resolve) => this.#work(arrival, attempt, resolve));
  };

  /** Whatever becomes of the attempt, the backend works on it to the end. */
  #work(arrival: Arrival, attempt: Attempt, resolve: (outcome: Outcome) => void): void {
    const { backend, exchange } = arrival;
    const status = this.#profile.status?.(arrival) ?? 200;
    this.#clock.after(this.#profile.latencyMs(arrival), () => {
      this.#load.set(backend, (this.#load.get(backend) ?? 0) - 1);
      if (attempt.endedAt !== undefined) return;
      attempt.answeredAt = this.#clock.now();
      resolve(new FakeResponded(status));
    });
    const running: Attempt['running'] = {
      cancel: (failure) => {
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
