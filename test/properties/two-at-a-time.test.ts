import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Timer } from '../../src/engine/clock.ts';
import type { ClientExchange } from '../../src/engine/exchange.ts';
import { isIdempotent } from '../../src/engine/methods.ts';
import type { Attempt, Cancellable, CauseCode, Failed, Forward, Outcome } from '../../src/engine/types.ts';
import { causes } from '../../src/failure/causes.ts';
import { failed } from '../../src/failure/failed.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { FakeClock, passTimeUntil } from '../support/fake-clock.ts';
import { fakeBody, fakeExchange } from '../support/fake-exchange.ts';
import { seededRandom } from '../support/fake-random.ts';
import { deferred, FakeResponded } from '../support/fake-outcome.ts';
import { fakeStack } from '../support/fake-stack.ts';

const STEP_MS = 50;

/** What one attempt comes to, if nobody gives it up before. */
interface Fate {
  readonly afterMs: number;
  readonly outcome: number | { readonly cause: CauseCode; readonly reached: 'no' | 'maybe' | 'yes' };
}

const failures = fc.record({
  cause: fc.constantFrom(...(Object.keys(causes) as CauseCode[])),
  reached: fc.constantFrom('no' as const, 'maybe' as const, 'yes' as const),
});
const fates: fc.Arbitrary<Fate> = fc.record({
  // In steps: two that answer at the same moment should come up, too.
  afterMs: fc.nat(8).map((steps) => steps * STEP_MS),
  outcome: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(200, 200, 404, 502, 503) }, failures),
});

const scenes = fc.record({
  method: fc.constantFrom('GET', 'GET', 'PUT', 'POST', 'PATCH'),
  shareable: fc.constantFrom(true, true, true, false),
  retries: fc.nat(4),
  fates: fc.array(fates, { minLength: 12, maxLength: 12 }),
  backends: fc.constantFrom(1, 2, 3, 4),
  deadlineMs: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 800 })),
  leavesAfterMs: fc.option(fc.nat(600), { nil: undefined }),
  seed: fc.nat(),
});

/** An attempt that takes its time and can be given up, as the forwarder's do. */
class TimedHop implements Cancellable {
  readonly attempt: Attempt;
  readonly promise: Promise<Outcome>;
  readonly outcome: Outcome;
  over = false;
  /** It ended by itself. */
  given = false;
  readonly #exchange: ClientExchange;
  readonly #clock: FakeClock;
  readonly #resolve: (outcome: Outcome) => void;
  readonly #timer: Timer;

  constructor(exchange: ClientExchange, fate: Fate, clock: FakeClock) {
    if (!exchange.attempt) throw new Error('no backend was selected');
    const { promise, resolve } = deferred<Outcome>();
    this.promise = promise;
    this.#resolve = resolve;
    this.attempt = exchange.attempt;
    this.#exchange = exchange;
    this.#clock = clock;
    const { outcome } = fate;
    this.outcome = typeof outcome === 'number' ? new FakeResponded(outcome) : failed(outcome.cause, outcome);
    Object.assign(this.attempt, { phase: 'wait', sentAt: clock.now(), running: this });
    exchange.waiting = this;
    this.#timer = clock.after(fate.afterMs, () => this.#end(this.outcome));
  }

  cancel(failure: Failed): void {
    this.#timer.cancel();
    // The bytes are out.
    this.#end({ ...failure, reached: failure.reached === 'no' ? 'maybe' : failure.reached });
  }

  #end(outcome: Outcome): void {
    if (this.over) return;
    this.over = true;
    this.given = outcome === this.outcome;
    if (outcome.kind === 'failed') {
      const { cause, reached } = outcome;
      Object.assign(this.attempt, { cause, reached, endedAt: this.#clock.now(), running: undefined });
      if (this.#exchange.waiting === this) this.#exchange.waiting = undefined;
    }
    this.#resolve(outcome);
  }
}

type Scene = typeof scenes extends fc.Arbitrary<infer Value> ? Value : never;

async function play(scene: Scene) {
  const clock = new FakeClock();
  const [first, ...others] = Array.from({ length: scene.backends }, (_, index) =>
    fakeBackend(`b${index}`, { now: clock.now(), breaker: false, limit: 2 }),
  );
  if (!first) throw new Error('no backend');
  const hops: TimedHop[] = [];
  const together: TimedHop[][] = [];
  const hop: Forward = (one) => {
    const fate = scene.fates[hops.length] ?? { afterMs: 0, outcome: 200 };
    hops.push(new TimedHop(one as ClientExchange, fate, clock));
    together.push(hops.filter(({ over }) => !over));
    return hops.at(-1)?.promise ?? Promise.reject(new Error('no hop'));
  };
  const backends = [first, ...others] as const;
  const random = seededRandom(scene.seed);
  const forward = fakeStack({ backends, clock, random, quantileMs: 100 }, hop);
  const exchange = fakeExchange({
    method: scene.method,
    startedAt: clock.now(),
    body: fakeBody({ shareable: scene.shareable }),
    settings: {
      retry: { retries: scene.retries, hedge: { quantile: 0.95, delayMs: undefined } },
      timeouts: { deadlineMs: scene.deadlineMs },
    },
  });
  const outcome = forward(exchange);
  const gone = failed('client_aborted', { verdict: { kind: 'ignored' } });
  const leaving =
    scene.leavesAfterMs === undefined
      ? undefined
      : clock.after(scene.leavesAfterMs, () => exchange.cancel(gone));
  let givenUpAt: number | undefined;
  const cancel = exchange.cancel.bind(exchange);
  exchange.cancel = (failure) => {
    givenUpAt ??= clock.now();
    cancel(failure);
  };
  const settled = await passTimeUntil(clock, outcome, STEP_MS);
  leaving?.cancel();
  const lateMs = givenUpAt === undefined ? 0 : clock.now() - givenUpAt;
  return { clock, exchange, hops, together, backends, settled, lateMs };
}

test('whatever comes of attempts, alone or two at a time, and whoever gives up when', async () => {
  let [pairs, wins] = [0, 0];
  await fc.assert(
    fc.asyncProperty(scenes, async (scene) => {
      const { clock, exchange, hops, together, backends, settled, lateMs } = await play(scene);
      // Given up, it is over at once, and nothing goes on: no timer, no attempt.
      expect(lateMs).toBeLessThanOrEqual(STEP_MS);
      expect(clock.pending).toBe(0);
      expect(hops.filter(({ over }) => !over)).toEqual([]);
      // At most two at a time, at two backends, and only what may be repeated.
      for (const group of together) {
        expect(group.length).toBeLessThanOrEqual(2);
        expect(new Set(group.map(({ attempt }) => attempt.target)).size).toBe(group.length);
        if (group.length < 2) continue;
        pairs += 1;
        expect(isIdempotent(scene.method) && scene.shareable).toBe(true);
      }
      if (!isIdempotent(scene.method)) {
        const processed = hops.filter(({ attempt, outcome }) =>
          outcome.kind === 'failed' ? (attempt.reached ?? 'yes') !== 'no' : true,
        );
        expect(processed.length).toBeLessThanOrEqual(1);
      }
      expect(hops.length).toBeLessThanOrEqual(1 + scene.retries + 3);
      // Every response was passed on or dropped, and never both.
      for (const { outcome, given } of hops) {
        if (!(outcome instanceof FakeResponded) || !given) continue;
        expect(outcome.discarded).toBe(outcome === settled ? 0 : 1);
      }
      if (settled.kind === 'failed') expect(exchange.waiting).toBeUndefined();
      if (settled.kind === 'responded') {
        const winner = hops.find(({ outcome }) => outcome === settled);
        expect([exchange.attempt, winner?.attempt.superseded]).toEqual([winner?.attempt, false]);
        if (winner?.attempt.hedge) wins += 1;
        (settled as FakeResponded).end();
      }
      // Every slot was given back, once.
      expect(backends.map(({ pending }) => pending)).toEqual(backends.map(() => 0));
    }),
    { numRuns: 1_500 },
  );
  // Otherwise nothing was shown.
  expect(pairs).toBeGreaterThan(100);
  expect(wins).toBeGreaterThan(20);
});
