import CircuitBreaker from 'opossum';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DEFAULTS } from '../../../../src/options.ts';
import {
  failedWith,
  fakeBreaker,
  SAYS_NOTHING,
  SUCCEEDED,
  tripBreaker,
} from '../../../support/fake-backend.ts';
import { deferred } from '../../../support/fake-outcome.ts';

/** opossum as it comes, with a window of 10 s, open for 1 s, and five failures to open. */
interface Opossum {
  fire(outcome: Promise<unknown> | 'ok' | 'fail'): Promise<unknown>;
  readonly opened: boolean;
  readonly closed: boolean;
  readonly halfOpen: boolean;
  shutdown(): void;
}

const made: Opossum[] = [];

function opossum(options: object = {}): Opossum {
  const breaker = new CircuitBreaker(
    ((outcome: Promise<unknown> | 'ok' | 'fail') =>
      outcome === 'fail' ? Promise.reject(new Error('x')) : Promise.resolve(outcome)) as () => unknown,
    { timeout: false, resetTimeout: 1_000, volumeThreshold: 5, enableSnapshots: false, ...options } as never,
  ) as unknown as Opossum;
  made.push(breaker);
  return breaker;
}

async function fail(breaker: Opossum, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await breaker.fire('fail').catch(() => undefined);
}

/** Opened at 1,000, to be probed from 2,000 on. */
function opened(settings = {}) {
  const breaker = fakeBreaker({ settings: { minRequests: 5, ...settings } });
  tripBreaker(breaker, 1_000);
  return breaker;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const breaker of made.splice(0)) breaker.shutdown();
  vi.useRealTimers();
});

describe('as in opossum', () => {
  test('of five requests at once, one probes', async () => {
    const theirs = opossum();
    await fail(theirs, 5);
    await vi.advanceTimersByTimeAsync(1_000);
    const fired = Array.from({ length: 5 }, () =>
      theirs.fire('ok').then(
        () => 1,
        () => 0,
      ),
    );
    const ours = opened();
    const entered = Array.from({ length: 5 }, () => (ours.enter(2_000) ? 1 : 0));
    expect([await Promise.all(fired), entered]).toEqual([
      [1, 0, 0, 0, 0],
      [1, 0, 0, 0, 0],
    ]);
  });

  test('a good probe closes, and a bad one opens again', async () => {
    for (const outcome of ['ok', 'fail'] as const) {
      const theirs = opossum();
      await fail(theirs, 5);
      await vi.advanceTimersByTimeAsync(1_000);
      await theirs.fire(outcome).catch(() => undefined);
      const ours = opened();
      ours.enter(2_000)?.settle(outcome === 'ok' ? SUCCEEDED : failedWith('backend_status'), 2_000);
      expect(ours.state).toBe(theirs.closed ? 'closed' : 'open');
    }
  });
});

describe('where opossum', () => {
  test('keeps its window on closing, so that one failure opens it again, ours begins anew', async () => {
    const theirs = opossum();
    await fail(theirs, 5);
    await vi.advanceTimersByTimeAsync(1_000);
    await theirs.fire('ok');
    await fail(theirs, 1);
    expect(theirs.opened).toBe(true);
    const ours = opened();
    ours.enter(2_000)?.settle(SUCCEEDED, 2_000);
    ours.enter(2_000)?.settle(failedWith('backend_status'), 2_000);
    expect(ours.state).toBe('closed');
  });

  test('lets a result from before close it, ours does not', async () => {
    const theirs = opossum();
    const { promise, resolve } = deferred<unknown>();
    const late = theirs.fire(promise);
    await fail(theirs, 5);
    await vi.advanceTimersByTimeAsync(1_000);
    resolve('ok');
    await late;
    expect(theirs.closed).toBe(true);
    const ours = fakeBreaker();
    const early = ours.enter(1_000);
    tripBreaker(ours, 1_000);
    ours.enter(2_000);
    early?.settle(SUCCEEDED, 2_100);
    expect(ours.state).toBe('half_open');
  });

  test('takes an error that is filtered for a good probe, ours takes it for none', async () => {
    const theirs = opossum({ errorFilter: () => true, errorThresholdPercentage: 1 });
    (theirs as unknown as { open(): void }).open();
    await vi.advanceTimersByTimeAsync(1_000);
    await theirs.fire('fail').catch(() => undefined);
    expect(theirs.closed).toBe(true);
    const ours = opened();
    ours.enter(2_000)?.settle(SAYS_NOTHING, 2_000);
    expect([ours.state, ours.admits(2_000)]).toEqual(['half_open', true]);
  });

  test('waits for a probe that hangs, ours lets another one look', async () => {
    const theirs = opossum();
    await fail(theirs, 5);
    await vi.advanceTimersByTimeAsync(1_000);
    void theirs.fire(new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(600_000);
    await expect(theirs.fire('ok')).rejects.toThrow('Breaker is open');
    const ours = opened();
    ours.enter(2_000);
    expect(ours.admits(3_000)).toBe(true);
  });

  test('counts what is pending, so that failures among many do not open it, ours counts what has ended', async () => {
    const theirs = opossum();
    for (let i = 0; i < 100; i += 1) void theirs.fire(new Promise(() => undefined));
    await fail(theirs, 60);
    expect(theirs.closed).toBe(true);
    const ours = fakeBreaker({ settings: { consecutiveFailures: 1_000 } });
    for (let i = 0; i < 100; i += 1) ours.enter(1_000);
    for (let i = 0; i < 60; i += 1) ours.enter(1_000)?.settle(failedWith('backend_status'), 1_000);
    expect(ours.state).toBe('open');
  });
});

/** Envoy's outlier detection: base ejection time x times ejected in a row, up to the maximum. */
describe('beside Envoy', () => {
  const { openMs, maxOpenMs } = DEFAULTS.breaker;
  const envoyMs = (times: number): number => Math.min(openMs * times, maxOpenMs);

  test('the first two waits and the longest are the same; in between ours grows faster', () => {
    const breaker = fakeBreaker();
    tripBreaker(breaker, 0);
    const waits: number[] = [];
    for (let now = 0, i = 0; i < 40; i += 1) {
      waits.push(breaker.probeAt - now);
      now = breaker.probeAt;
      breaker.enter(now)?.settle(failedWith('connection_refused'), now);
    }
    expect([waits[0], waits[1], waits.at(-1)]).toEqual([envoyMs(1), envoyMs(2), envoyMs(40)]);
    waits.forEach((wait, index) => expect(wait).toBeGreaterThanOrEqual(envoyMs(index + 1)));
  });

  test('a host that is healthy for an interval has its count lowered; ours forgets it', () => {
    const breaker = fakeBreaker();
    tripBreaker(breaker, 0);
    for (let i = 0; i < 4; i += 1) {
      const now = breaker.probeAt;
      breaker.enter(now)?.settle(failedWith('connection_refused'), now);
    }
    const back = breaker.probeAt;
    breaker.enter(back)?.settle(SUCCEEDED, back);
    const again = back + DEFAULTS.breaker.windowMs;
    tripBreaker(breaker, again);
    expect(breaker.probeAt - again).toBe(openMs);
  });

  test('a good health check ends the ejection; ours asks for a good request, too', () => {
    const breaker = opened();
    breaker.allowProbe('health_check', 1_200);
    expect([breaker.state, breaker.admits(1_200)]).toEqual(['half_open', true]);
  });
});
