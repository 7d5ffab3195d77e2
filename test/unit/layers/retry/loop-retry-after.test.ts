import { describe, expect, test } from 'vitest';
import { FakeClock, flush } from '../../../support/fake-clock.ts';
import { type FakeExchange, fakeExchange } from '../../../support/fake-exchange.ts';
import { goesOut } from '../../../support/fake-forward.ts';
import { FakeResponded } from '../../../support/fake-outcome.ts';
import { runRetry } from '../../../support/fake-retry.ts';

/** FakeClock starts here, at a whole second. */
const WALL = Date.UTC(2026, 0, 1);

function busy(retryAfter: string): FakeResponded {
  return new FakeResponded(503, ['Retry-After', retryAfter]);
}

/** One request to the only backend, which asks for time once. */
function ask(retryAfter: string, given: FakeExchange = {}) {
  const clock = new FakeClock();
  const exchange = fakeExchange({ startedAt: clock.now(), ...given });
  const bad = busy(retryAfter);
  const good = new FakeResponded();
  const run = runRetry(exchange, { clock, where: 'only' }, goesOut(bad), goesOut(good));
  return { clock, exchange, bad, good, run };
}

describe.each([
  ['seconds', '2'],
  ['a date', new Date(WALL + 2_000).toUTCString()],
])('Retry-After as %s', (_form, value) => {
  test('is waited for, and no longer', async () => {
    const { clock, bad, good, run } = ask(value);
    await flush();
    clock.advance(1_999);
    await flush();
    expect([run.calls.length, bad.discarded]).toEqual([1, 0]);
    clock.advance(1);
    expect(await run.outcome).toBe(good);
    expect(bad.discarded).toBe(1);
  });

  test('that is longer than the cap is passed on at once', async () => {
    const { clock, exchange, bad, run } = ask(value, { settings: { retry: { maxRetryAfterMs: 1_999 } } });
    expect(await run.outcome).toBe(bad);
    expect([exchange.stopped, bad.discarded, clock.pending]).toEqual(['not_retryable', 0, 0]);
  });

  test.each([
    [2_001, 1],
    [2_000, 0],
  ])('with a deadline of %i ms: %i timers set', async (deadlineMs, pending) => {
    const { clock, exchange, bad, run } = ask(value, { settings: { timeouts: { deadlineMs } } });
    await flush();
    expect(clock.pending).toBe(pending);
    if (pending > 0) return;
    expect(await run.outcome).toBe(bad);
    expect([exchange.stopped, bad.discarded]).toEqual(['deadline', 0]);
  });
});

test('a cap of 0 still lets the backoff pass', async () => {
  const clock = new FakeClock();
  const exchange = fakeExchange({ settings: { retry: { maxRetryAfterMs: 0 } } });
  const given = { clock, where: 'only', random: () => 0.5 } as const;
  const run = runRetry(exchange, given, goesOut(busy('0')), goesOut(new FakeResponded()));
  await flush();
  clock.advance(5);
  expect(await run.outcome).toMatchObject({ status: 200 });
});

test('another backend need not wait for what one asks for', async () => {
  const clock = new FakeClock();
  const good = new FakeResponded();
  const run = runRetry(fakeExchange(), { clock }, goesOut(busy('120')), goesOut(good, 'b'));
  expect(await run.outcome).toBe(good);
  expect(clock.pending).toBe(0);
});
