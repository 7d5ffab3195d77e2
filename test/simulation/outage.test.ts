import { expect, test } from 'vitest';
import { DEFAULTS } from '../../src/options.ts';
import { failed } from '../../src/failure/failed.ts';
import { RetryBudget } from '../../src/layers/retry/budget.ts';
import { failedWith, fakeBreaker, SUCCEEDED } from '../support/fake-backend.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { goesOut } from '../support/fake-forward.ts';
import { seededRandom } from '../support/fake-random.ts';
import { runRetry } from '../support/fake-retry.ts';

test('when everything fails, retries stay a fifth of the load, and a small floor', async () => {
  const clock = new FakeClock();
  const budget = new RetryBudget(DEFAULTS.budget);
  const closed = failed('closed_before_response');
  let attempts = 0;
  const requests = 3_000;
  for (let i = 0; i < requests; i += 1) {
    clock.advance(10);
    const run = runRetry(
      fakeExchange(),
      { clock, budget },
      goesOut(closed),
      goesOut(closed),
      goesOut(closed),
    );
    await run.outcome;
    attempts += run.calls.length;
  }
  const seconds = (requests * 10) / 1_000;
  const allowed = requests * (1 + DEFAULTS.budget.ratio) + (seconds + 10) * DEFAULTS.budget.minPerSecond;
  expect(attempts).toBeLessThanOrEqual(allowed);
  expect(attempts).toBeGreaterThan(requests * 1.15);
});

test('a dead backend costs a handful of attempts a minute, and is found again within the cap', () => {
  const breaker = fakeBreaker({ random: seededRandom(5), now: 0 });
  const { maxOpenMs } = DEFAULTS.breaker;
  let sent = 0;
  let now = 0;
  const outageMs = 600_000;
  for (; now < outageMs; now += 10) {
    const pass = breaker.enter(now);
    if (!pass) continue;
    sent += 1;
    pass.settle(failedWith('connection_refused'), now);
  }
  expect(sent).toBeLessThan(40);
  while (!breaker.admits(now)) now += 10;
  expect(now - outageMs).toBeLessThanOrEqual(maxOpenMs * 1.1 + 10);
  breaker.enter(now)?.answered(SUCCEEDED, now, 0);
  expect(breaker.state).toBe('closed');
});
