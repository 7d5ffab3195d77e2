import { expect, test } from 'vitest';
import type { Failed, Outcome } from '../../src/engine/types.ts';
import { attemptTimeout } from '../../src/layers/attempt-timeout/attempt-timeout.ts';
import { LearnedLimits } from '../../src/layers/attempt-timeout/learned-limits.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { addAttempt, fakeExchange } from '../support/fake-exchange.ts';
import { seededRandom } from '../support/fake-random.ts';
import { deferred, FakeResponded } from '../support/fake-outcome.ts';

const random = seededRandom(11);

/** One backend pool behind the attempt timeout; each request takes `latencyMs`, give or take a half. */
class Pool {
  readonly #clock = new FakeClock();
  readonly #layer = attemptTimeout({
    clock: this.#clock,
    learned: new LearnedLimits(),
    canGoElsewhere: (one) => one.attempts.length < 3,
  });

  /** The number of attempts that one request took; undefined when it never got through. */
  async request(latencyMs: number): Promise<number | undefined> {
    const exchange = fakeExchange();
    while (exchange.attempts.length < 3) {
      const attempt = addAttempt(exchange, { startedAt: this.#clock.now(), sentAt: this.#clock.now() });
      const { promise, resolve } = deferred<Outcome>();
      let cut: Failed | undefined;
      attempt.running = {
        cancel: (failure) => {
          cut = failure;
          resolve(failure);
        },
      };
      const outcome = this.#layer(() => promise)(exchange);
      this.#clock.advance(latencyMs * (0.5 + random()));
      attempt.answeredAt = this.#clock.now();
      resolve(new FakeResponded());
      await outcome;
      if (!cut) return exchange.attempts.length;
    }
    return undefined;
  }
}

async function run(pool: Pool, requests: number, latencyMs: number) {
  let [cuts, lost] = [0, 0];
  for (let i = 0; i < requests; i += 1) {
    const attempts = await pool.request(latencyMs);
    if (attempts === undefined) lost += 1;
    else cuts += attempts - 1;
  }
  return { cuts, lost };
}

test('when all is well, nearly nothing is cut', async () => {
  const pool = new Pool();
  await run(pool, 1_000, 200);
  expect(await run(pool, 5_000, 200)).toEqual({ cuts: 0, lost: 0 });
});

test.each([2, 5, 20, 100])('a step in latency by %i on all backends locks no route out', async (factor) => {
  const pool = new Pool();
  await run(pool, 2_000, 200);
  const during = await run(pool, 500, 200 * factor);
  expect(during.lost).toBe(0);
  expect(during.cuts).toBeLessThan(40);
  expect(await run(pool, 500, 200 * factor)).toEqual({ cuts: 0, lost: 0 });
});
