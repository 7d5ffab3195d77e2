import { describe, expect, test } from 'vitest';
import type { BreakerChange, BreakerGate } from '../../../../src/backends/gates/breaker.ts';
import type { Verdict } from '../../../../src/engine/types.ts';
import { failedWith, fakeBreaker, SAYS_NOTHING, SUCCEEDED } from '../../../support/fake-backend.ts';

function settle(breaker: BreakerGate, times: number, verdict: Verdict, now = 1_000): void {
  for (let i = 0; i < times; i += 1) breaker.enter(now)?.settle(verdict, now);
}

function isOpen(breaker: BreakerGate, now = 1_000): boolean {
  return !breaker.admits(now);
}

describe('failures to connect', () => {
  test('in a row open it, exactly at the limit', () => {
    const breaker = fakeBreaker();
    settle(breaker, 4, failedWith('connection_refused'));
    expect(isOpen(breaker)).toBe(false);
    settle(breaker, 1, failedWith('closed_before_response'));
    expect(isOpen(breaker)).toBe(true);
  });

  test('with a success in between begin again', () => {
    const breaker = fakeBreaker();
    for (let i = 0; i < 3; i += 1) {
      settle(breaker, 4, failedWith('connection_refused'));
      settle(breaker, 1, SUCCEEDED);
    }
    expect(isOpen(breaker)).toBe(false);
  });

  test('with an answer in between begin again, even when it is a bad one', () => {
    const breaker = fakeBreaker();
    settle(breaker, 4, failedWith('connection_refused'));
    settle(breaker, 1, failedWith('backend_status'));
    settle(breaker, 4, failedWith('connection_refused'));
    expect(isOpen(breaker)).toBe(false);
  });

  test('with an ignored outcome in between go on', () => {
    const breaker = fakeBreaker();
    settle(breaker, 4, failedWith('connection_refused'));
    settle(breaker, 10, SAYS_NOTHING);
    expect(isOpen(breaker)).toBe(false);
    settle(breaker, 1, failedWith('connection_refused'));
    expect(isOpen(breaker)).toBe(true);
  });
});

describe('the failure rate', () => {
  test('opens it at the rate, once there were enough requests', () => {
    const breaker = fakeBreaker();
    settle(breaker, 10, SUCCEEDED);
    settle(breaker, 9, failedWith('backend_status'));
    expect(isOpen(breaker)).toBe(false);
    settle(breaker, 1, failedWith('backend_status'));
    expect(isOpen(breaker)).toBe(true);
  });

  test('does not count before there were enough', () => {
    const breaker = fakeBreaker();
    settle(breaker, 19, failedWith('backend_status'));
    expect(isOpen(breaker)).toBe(false);
    settle(breaker, 1, failedWith('backend_status'));
    expect(isOpen(breaker)).toBe(true);
  });

  test('stays closed below the rate', () => {
    const breaker = fakeBreaker();
    for (let i = 0; i < 100; i += 1) {
      settle(breaker, 11, SUCCEEDED);
      settle(breaker, 10, failedWith('first_byte_timeout'));
    }
    expect(isOpen(breaker)).toBe(false);
  });

  test('does not count what is ignored, not even as a request', () => {
    const breaker = fakeBreaker();
    settle(breaker, 1_000, SAYS_NOTHING);
    settle(breaker, 19, failedWith('backend_status'));
    expect(isOpen(breaker)).toBe(false);
  });

  test('forgets what is older than the window', () => {
    const breaker = fakeBreaker({ settings: { windowMs: 10_000 } });
    settle(breaker, 9, failedWith('backend_status'), 1_000);
    settle(breaker, 20, SUCCEEDED, 12_000);
    settle(breaker, 19, failedWith('backend_status'), 13_000);
    expect(isOpen(breaker, 13_000)).toBe(false);
    settle(breaker, 1, failedWith('backend_status'), 13_500);
    expect(isOpen(breaker, 13_500)).toBe(true);
  });

  test.each([1, 60])('with little traffic, one request in %i s, looks further back', (seconds) => {
    const breaker = fakeBreaker();
    for (let i = 1; i <= 20; i += 1) {
      expect(isOpen(breaker, i * seconds * 1_000)).toBe(false);
      settle(breaker, 1, failedWith('backend_status'), i * seconds * 1_000);
    }
    expect(isOpen(breaker, 20 * seconds * 1_000)).toBe(true);
  });

  test('but not beyond a pause of ten windows', () => {
    const breaker = fakeBreaker({ settings: { windowMs: 10_000 } });
    settle(breaker, 19, failedWith('backend_status'), 1_000);
    settle(breaker, 19, failedWith('backend_status'), 102_000);
    expect(isOpen(breaker, 102_000)).toBe(false);
  });

  test.each([0.01, 0.1, 0.25, 1 / 3, 0.7, 1])('of %s is met by exactly that share', (failureRate) => {
    const requests = 300;
    const failures = Math.ceil(failureRate * requests - 1e-9);
    const settings = { failureRate, minRequests: requests, consecutiveFailures: 1_000 };
    const short = fakeBreaker({ settings });
    settle(short, requests - failures + 1, SUCCEEDED);
    settle(short, failures - 1, failedWith('backend_status'));
    expect(isOpen(short)).toBe(false);
    const met = fakeBreaker({ settings });
    settle(met, requests - failures, SUCCEEDED);
    settle(met, failures, failedWith('backend_status'));
    expect(isOpen(met)).toBe(true);
  });
});

test('it says what opened it', () => {
  const changes: unknown[] = [];
  const breaker = fakeBreaker({ onChange: (change) => changes.push(change) });
  settle(breaker, 5, failedWith('connection_reset'));
  expect(changes).toEqual([
    { state: 'open', reason: 'consecutive_failures', cause: 'connection_reset', openMs: 1_000, now: 1_000 },
  ]);
});

test.each([
  ['connection_refused', true],
  ['dns_timeout', true],
  ['tls_handshake_failed', true],
  ['closed_before_response', false],
] as const)('after %s a bare connection tells whether it is back: %s', (cause, unreachable) => {
  const breaker = fakeBreaker();
  expect(breaker.isUnreachable).toBe(false);
  settle(breaker, 5, failedWith(cause));
  expect(breaker.isUnreachable).toBe(unreachable);
});

describe('slow answers', () => {
  const settings = { slowMs: 500, slowRate: 0.5, minRequests: 4, windowMs: 10_000 };

  function answer(breaker: BreakerGate, latencyMs: number, now = 1_000): void {
    const pass = breaker.enter(now);
    pass?.answered(SUCCEEDED, now, latencyMs);
    pass?.settle(SUCCEEDED, now);
  }

  test('open it at the rate, once there were enough answers', () => {
    const changes: BreakerChange[] = [];
    const breaker = fakeBreaker({ settings, onChange: (change) => changes.push(change) });
    for (const latencyMs of [500, 500, 501]) answer(breaker, latencyMs);
    expect(isOpen(breaker)).toBe(false);
    answer(breaker, 501);
    expect(isOpen(breaker)).toBe(true);
    expect(changes).toMatchObject([{ state: 'open', reason: 'slow_rate', cause: undefined }]);
    expect(breaker.isUnreachable).toBe(false);
  });

  test('are forgotten with the window', () => {
    const breaker = fakeBreaker({ settings });
    for (let i = 0; i < 3; i += 1) answer(breaker, 501);
    answer(breaker, 501, 12_000);
    expect(isOpen(breaker, 12_000)).toBe(false);
  });

  test('do not matter unless that is switched on', () => {
    const breaker = fakeBreaker();
    for (let i = 0; i < 100; i += 1) answer(breaker, 1e6);
    expect(isOpen(breaker)).toBe(false);
  });

  test('that come late change nothing', () => {
    const breaker = fakeBreaker({ settings });
    const late = Array.from({ length: 9 }, () => breaker.enter(1_000));
    for (const pass of late.slice(0, 4)) pass?.answered(SUCCEEDED, 1_000, 501);
    expect(isOpen(breaker)).toBe(true);
    breaker.enter(2_000)?.answered(SUCCEEDED, 2_000, 100);
    for (const pass of late.slice(4)) pass?.answered(SUCCEEDED, 2_100, 501);
    expect(breaker.state).toBe('closed');
  });

  test('of a probe keep it open', () => {
    const breaker = fakeBreaker({ settings });
    settle(breaker, 5, failedWith('connection_refused'));
    breaker.enter(2_000)?.answered(SUCCEEDED, 2_600, 501);
    expect([breaker.state, breaker.probeAt]).toEqual(['open', 4_600]);
    breaker.enter(4_600)?.answered(SUCCEEDED, 4_700, 100);
    expect(breaker.state).toBe('closed');
  });
});
