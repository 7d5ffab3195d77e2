import { describe, expect, test } from 'vitest';
import {
  failedWith,
  fakeBreaker,
  type FakeBreaker,
  SAYS_NOTHING,
  SUCCEEDED,
  tripBreaker,
} from '../../../support/fake-backend.ts';

/** Opened at 1,000; without jitter it may be probed from 2,000 on. */
function opened(given: FakeBreaker = {}) {
  const breaker = fakeBreaker(given);
  tripBreaker(breaker, 1_000);
  return breaker;
}

test('open, it lets nothing through until its time', () => {
  const breaker = opened();
  expect([breaker.admits(1_999), breaker.enter(1_999), breaker.probeAt]).toEqual([false, undefined, 2_000]);
  expect(breaker.admits(2_000)).toBe(true);
});

test('then one probe at a time', () => {
  const breaker = opened();
  expect(breaker.enter(2_000)).toBeDefined();
  expect([breaker.admits(2_999), breaker.enter(2_999), breaker.probeAt]).toEqual([false, undefined, 3_000]);
});

test('a good probe closes it at the head, without waiting for the body', () => {
  const breaker = opened();
  const probe = breaker.enter(2_000);
  probe?.answered(SUCCEEDED, 2_100, 0);
  expect(breaker.state).toBe('closed');
  expect([breaker.enter(2_100), breaker.enter(2_100)]).not.toContain(undefined);
});

test('a body that breaks off later does not undo that', () => {
  const breaker = opened({ settings: { consecutiveFailures: 1 } });
  const probe = breaker.enter(3_000);
  probe?.answered(SUCCEEDED, 3_100, 0);
  probe?.settle(failedWith('response_truncated'), 9_000);
  expect(breaker.admits(9_000)).toBe(true);
});

test('a bad probe opens it again', () => {
  const breaker = opened();
  breaker.enter(2_000)?.settle(failedWith('closed_before_response'), 2_100);
  expect([breaker.admits(2_100), breaker.probeAt]).toEqual([false, 4_100]);
});

test('any failure of a probe counts, a bad status too', () => {
  const breaker = opened();
  breaker.enter(2_000)?.answered(failedWith('backend_status'), 2_100, 0);
  expect(breaker.admits(2_100)).toBe(false);
});

test('a probe that says nothing gives its place to the next one', () => {
  const breaker = opened();
  const probe = breaker.enter(2_000);
  expect(breaker.admits(2_100)).toBe(false);
  // At the head already: its body may take hours.
  probe?.answered(SAYS_NOTHING, 2_100, 0);
  expect([breaker.admits(2_100), breaker.state]).toEqual([true, 'half_open']);
  const next = breaker.enter(2_200);
  probe?.settle(SUCCEEDED, 2_300);
  expect(breaker.state).toBe('half_open');
  next?.settle(SUCCEEDED, 2_400);
  expect(breaker.state).toBe('closed');
});

test('it takes `successes` good probes, one after the other', () => {
  const breaker = opened({ settings: { successes: 3 } });
  for (let i = 0; i < 2; i += 1) {
    breaker.enter(2_000)?.answered(SUCCEEDED, 2_000, 0);
    expect(breaker.state).toBe('half_open');
  }
  breaker.enter(2_000)?.answered(SUCCEEDED, 2_000, 0);
  expect(breaker.state).toBe('closed');
});

test('good probes are forgotten when one fails', () => {
  const breaker = opened({ settings: { successes: 2 } });
  breaker.enter(2_000)?.answered(SUCCEEDED, 2_000, 0);
  breaker.enter(2_000)?.settle(failedWith('connection_refused'), 2_000);
  const again = breaker.probeAt;
  breaker.enter(again)?.answered(SUCCEEDED, again, 0);
  expect(breaker.state).toBe('half_open');
});

describe('a result that comes late', () => {
  test('from before it opened changes nothing', () => {
    const breaker = fakeBreaker();
    const late = [breaker.enter(1_000), breaker.enter(1_000), breaker.enter(1_000)];
    tripBreaker(breaker, 1_000);
    late[0]?.settle(SUCCEEDED, 1_500);
    expect(breaker.admits(1_500)).toBe(false);
    breaker.enter(2_000);
    late[1]?.settle(SUCCEEDED, 2_100);
    late[2]?.settle(failedWith('connection_refused'), 2_100);
    expect([breaker.state, breaker.admits(2_100)]).toEqual(['half_open', false]);
  });

  test('from before it closed is not counted', () => {
    const breaker = fakeBreaker({ settings: { consecutiveFailures: 2 } });
    const late = Array.from({ length: 10 }, () => breaker.enter(1_000));
    tripBreaker(breaker, 1_000);
    breaker.enter(2_000)?.answered(SUCCEEDED, 2_000, 0);
    for (const pass of late) pass?.settle(failedWith('connection_refused'), 2_100);
    expect(breaker.state).toBe('closed');
  });
});

test('the window is forgotten on closing', () => {
  const breaker = fakeBreaker({ settings: { consecutiveFailures: 1_000, minRequests: 20 } });
  for (let i = 0; i < 20; i += 1) breaker.enter(1_000)?.settle(failedWith('backend_status'), 1_000);
  expect(breaker.admits(1_000)).toBe(false);
  breaker.enter(2_000)?.answered(SUCCEEDED, 2_000, 0);
  for (let i = 0; i < 19; i += 1) breaker.enter(2_000)?.settle(failedWith('backend_status'), 2_000);
  expect(breaker.admits(2_000)).toBe(true);
});

test.each(['reachable', 'health_check'] as const)(
  'known to be back (%s), the next request probes at once',
  (reason) => {
    const changes: unknown[] = [];
    const breaker = opened({ onChange: (change) => changes.push(change) });
    breaker.allowProbe(reason, 1_200);
    expect([breaker.admits(1_200), breaker.state]).toEqual([true, 'half_open']);
    expect(changes[1]).toMatchObject({ state: 'half_open', reason, now: 1_200 });
  },
);

test('that puts no probe off, and means nothing while closed', () => {
  const breaker = opened();
  breaker.allowProbe('reachable', 5_000);
  expect(breaker.probeAt).toBe(2_000);
  const closed = fakeBreaker();
  closed.allowProbe('reachable', 1_000);
  expect(closed.state).toBe('closed');
});
