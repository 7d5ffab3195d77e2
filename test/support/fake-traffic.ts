import type { Backend } from '../../src/backends/backend.ts';
import type { Pool } from '../../src/backends/pool.ts';
import type { Random } from '../../src/engine/clock.ts';
import type { CauseCode } from '../../src/engine/types.ts';
import { failedWith, SUCCEEDED } from './fake-backend.ts';
import { FakeClock } from './fake-clock.ts';
import { addAttempt, fakeExchange } from './fake-exchange.ts';
import { seededRandom } from './fake-random.ts';

/** What a simulated backend does with a request that arrives at `now`. */
export interface Behaviour {
  readonly latencyMs: number;
  /** It fails after that time. */
  readonly cause?: CauseCode;
}

export interface Traffic {
  readonly perSecond: number;
  readonly durationMs: number;
  /** By the backend's name. */
  readonly behaviour: (name: string, now: number, pending: number, random: Random) => Behaviour;
  /** A failed request is tried once more elsewhere. */
  readonly retries?: boolean;
  readonly seed?: number;
}

export interface Served {
  readonly backend: string;
  readonly at: number;
  /** From arrival to the end of the last attempt. */
  readonly ms: number;
  readonly ok: boolean;
}

export interface TrafficResult {
  readonly served: readonly Served[];
  /** Attempts by the backend's name, those of retries included. */
  readonly attempts: ReadonlyMap<string, number>;
  /** Requests that no backend took. */
  readonly refused: number;
}

/** Requests at random moments, so many per second, to the backends of a pool, on a clock of its own. */
export function simulate(pool: Pool, traffic: Traffic): TrafficResult {
  return new Simulation(pool, traffic).run();
}

class Simulation {
  readonly #clock = new FakeClock(0);
  readonly #random: Random;
  readonly #pool: Pool;
  readonly #traffic: Traffic;
  readonly #served: Served[] = [];
  readonly #attempts = new Map<string, number>();
  #refused = 0;

  constructor(pool: Pool, traffic: Traffic) {
    this.#pool = pool;
    this.#traffic = traffic;
    this.#random = seededRandom(traffic.seed ?? 11);
  }

  run(): TrafficResult {
    const { durationMs, perSecond } = this.#traffic;
    while (this.#clock.now() < durationMs) {
      this.#arrive();
      this.#clock.advance((-Math.log(1 - this.#random()) * 1_000) / perSecond);
    }
    this.#clock.advance(60_000);
    return { served: this.#served, attempts: this.#attempts, refused: this.#refused };
  }

  #arrive(): void {
    const exchange = fakeExchange();
    const arrivedAt = this.#clock.now();
    const attempt = (): void => {
      const now = this.#clock.now();
      const backend = this.#pool.choose(exchange, now);
      const pass = backend && this.#pool.enter(backend, now);
      if (!pass) return void (this.#refused += 1);
      addAttempt(exchange, { target: backend.target });
      this.#send(backend, (cause, latencyMs) => {
        const end = this.#clock.now();
        const verdict = cause ? failedWith(cause) : SUCCEEDED;
        if (!cause) {
          backend.latency.observe(latencyMs, end);
          pass.answered(verdict, end, latencyMs);
        }
        pass.settle(verdict, end);
        if (cause && this.#traffic.retries && exchange.attempts.length < 2) return attempt();
        const { name } = backend.target;
        this.#served.push({ backend: name, at: arrivedAt, ms: end - arrivedAt, ok: !cause });
      });
    };
    attempt();
  }

  #send({ target, pending }: Backend, done: (cause: CauseCode | undefined, latencyMs: number) => void): void {
    const { name } = target;
    this.#attempts.set(name, (this.#attempts.get(name) ?? 0) + 1);
    const now = this.#clock.now();
    const { latencyMs, cause } = this.#traffic.behaviour(name, now, pending, this.#random);
    this.#clock.after(latencyMs, () => done(cause, latencyMs));
  }
}

export function quantile(served: readonly Served[], q: number): number {
  const sorted = served.map(({ ms }) => ms).sort((one, other) => one - other);
  return sorted[Math.min(Math.floor(q * sorted.length), sorted.length - 1)] ?? NaN;
}

/** Rows of texts, in columns of equal width. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}
