import { describe, expect, test } from 'vitest';
import { HookError } from '../../../src/engine/hooks.ts';
import type { AppliedLimit } from '../../../src/engine/types.ts';
import { failed } from '../../../src/failure/failed.ts';
import { failedWith, fakeBackend, SUCCEEDED, trip, SAYS_NOTHING } from '../../support/fake-backend.ts';
import { flush } from '../../support/fake-clock.ts';
import { fakeExchange } from '../../support/fake-exchange.ts';
import { FakeResponded, FakeUpgraded } from '../../support/fake-outcome.ts';
import { SelectFixture } from '../../support/fake-select.ts';

const NOW = 1_000;

describe('an attempt', () => {
  test('goes on record before it goes out', () => {
    const fixture = new SelectFixture([fakeBackend('a')]);
    const exchange = fakeExchange();
    void fixture.forward(exchange);
    expect(exchange.attempts).toHaveLength(1);
    expect(exchange.attempt).toMatchObject({ number: 1, startedAt: NOW, phase: 'select' });
    expect(exchange.attempt).toBe(exchange.attempts[0]);
  });

  test('holds a slot until its body is over', async () => {
    const backend = fakeBackend('a');
    const fixture = new SelectFixture([backend]);
    const outcome = fixture.forward(fakeExchange());
    const response = new FakeResponded();
    fixture.hops[0]?.resolve(response);
    await outcome;
    expect(backend.pending).toBe(1);
    response.end();
    response.end();
    await flush();
    expect(backend.pending).toBe(0);
  });

  test('that fails frees its slot at once', async () => {
    const backend = fakeBackend('a');
    const fixture = new SelectFixture([backend]);
    const outcome = fixture.forward(fakeExchange());
    fixture.hops[0]?.resolve(failed('connection_refused'));
    await outcome;
    expect([backend.pending, backend.lastCause]).toEqual([0, 'connection_refused']);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('a bug');
      },
    ],
    ['rejects', () => Promise.reject(new HookError('x', new Error('y')))],
  ])('below which something %s frees its slot, too', async (_what, below) => {
    const backend = fakeBackend('a');
    const fixture = new SelectFixture([backend], { below });
    await expect(async () => fixture.forward(fakeExchange())).rejects.toThrow();
    expect([backend.pending, backend.lastCause]).toEqual([0, undefined]);
  });
});

describe('a response that is held', () => {
  test('is let go when the next attempt has entered', () => {
    const fixture = new SelectFixture([fakeBackend('a')]);
    const exchange = fakeExchange();
    const held = new FakeResponded(503);
    exchange.held = held;
    void fixture.forward(exchange);
    expect([held.discarded, exchange.held]).toEqual([1, undefined]);
  });

  test('is kept when none can', async () => {
    const backend = fakeBackend('a');
    trip(backend);
    const exchange = fakeExchange();
    const held = new FakeResponded(503);
    exchange.held = held;
    await new SelectFixture([backend]).forward(exchange);
    expect([held.discarded, exchange.held]).toEqual([0, held]);
  });
});

describe('what the gates are told', () => {
  test('a probe is decided at the head, its slot is kept', async () => {
    const backend = fakeBackend('a');
    trip(backend);
    const fixture = new SelectFixture([backend]);
    fixture.clock.advance(1_000);
    const outcome = fixture.forward(fakeExchange());
    fixture.hops[0]?.resolve(new FakeResponded());
    await outcome;
    expect([backend.breaker?.state, backend.pending]).toEqual(['closed', 1]);
  });

  test('an ignored failure does not count', async () => {
    const backend = fakeBackend('a', { breaker: { consecutiveFailures: 1 } });
    const fixture = new SelectFixture([backend]);
    const outcome = fixture.forward(fakeExchange());
    fixture.hops[0]?.resolve(failed('first_byte_timeout', { verdict: { kind: 'ignored' } }));
    await outcome;
    expect([backend.standing, backend.lastCause]).toEqual(['available', undefined]);
  });

  test('a body that breaks off counts, after a good head', async () => {
    const backend = fakeBackend('a', { breaker: { minRequests: 1, failureRate: 1 } });
    const fixture = new SelectFixture([backend]);
    const outcome = fixture.forward(fakeExchange());
    const response = new FakeResponded();
    fixture.hops[0]?.resolve(response);
    await outcome;
    response.end({ verdict: failedWith('response_truncated') });
    await flush();
    expect([backend.standing, backend.lastCause]).toEqual(['open', 'response_truncated']);
  });

  test('a refused entry settles the slot as ignored', async () => {
    const backend = fakeBackend('a');
    const fixture = new SelectFixture([backend]);
    // As if it were in rotation, although its breaker is open.
    fixture.pool.choose = () => backend;
    trip(backend);
    await fixture.forward(fakeExchange());
    expect(backend.pending).toBe(0);
  });
});

describe('an upgrade', () => {
  test('takes a slot until its 101, and none while it is a tunnel', async () => {
    const backend = fakeBackend('a');
    const fixture = new SelectFixture([backend]);
    const outcome = fixture.forward(fakeExchange());
    expect(backend.pending).toBe(1);
    const tunnel = new FakeUpgraded();
    fixture.hops[0]?.resolve(tunnel);
    expect(await outcome).toBe(tunnel);
    expect([backend.pending, backend.tunnels]).toEqual([0, 1]);
    tunnel.end();
    await flush();
    expect([backend.pending, backend.tunnels]).toEqual([0, 0]);
  });

  test('is a success for a half-open breaker', async () => {
    const backend = fakeBackend('a');
    trip(backend);
    const fixture = new SelectFixture([backend]);
    fixture.clock.advance(1_000);
    const outcome = fixture.forward(fakeExchange());
    fixture.hops[0]?.resolve(new FakeUpgraded());
    await outcome;
    expect(backend.breaker?.state).toBe('closed');
  });

  test('counts as a success at its 101; how its tunnel ends does not count', async () => {
    const backend = fakeBackend('a', { breaker: { consecutiveFailures: 2 } });
    const fixture = new SelectFixture([backend]);
    backend.enter(NOW)?.settle(failedWith('connection_refused'), NOW);
    const outcome = fixture.forward(fakeExchange());
    const tunnel = new FakeUpgraded();
    fixture.hops[0]?.resolve(tunnel);
    await outcome;
    backend.enter(NOW)?.settle(failedWith('connection_refused'), NOW);
    tunnel.end({ verdict: failedWith('response_truncated'), cause: 'response_truncated' });
    await flush();
    expect([backend.standing, backend.lastCause]).toEqual(['available', undefined]);
  });
});

describe('latency', () => {
  async function answer(status: number, afterMs: number): Promise<number> {
    const backend = fakeBackend('a');
    const fixture = new SelectFixture([backend]);
    const exchange = fakeExchange();
    const outcome = fixture.forward(exchange);
    fixture.clock.advance(5);
    if (exchange.attempt) exchange.attempt.sentAt = fixture.clock.now();
    fixture.clock.advance(afterMs);
    fixture.hops[0]?.resolve(new FakeResponded(status));
    await outcome;
    return backend.latency.value;
  }

  test('is measured from the last byte of the request', async () => {
    expect(await answer(200, 400)).toBe(400);
  });

  test('of a fast failure does not make a backend look attractive', async () => {
    expect(await answer(503, 1)).toBe(30);
  });
});

describe('an attempt that was given up because another one answered first', () => {
  async function passOver(waitedMs: number) {
    const backend = fakeBackend('a', { breaker: { consecutiveFailures: 1 } });
    const fixture = new SelectFixture([backend]);
    const exchange = fakeExchange();
    const outcome = fixture.forward(exchange);
    const { attempt } = exchange;
    if (!attempt) throw new Error('nothing was sent');
    Object.assign(attempt, { sentAt: NOW, endedAt: NOW + waitedMs, superseded: true });
    fixture.hops[0]?.resolve(failed('first_byte_timeout'));
    await outcome;
    return backend;
  }

  test('is held against nobody, and frees its slot', async () => {
    const backend = await passOver(500);
    expect([backend.pending, backend.lastCause, backend.standing]).toEqual([0, undefined, 'available']);
  });

  test('shows how slow its backend at least is, and never how fast', async () => {
    expect((await passOver(500)).latency.value).toBe(500);
    expect((await passOver(1)).latency.value).toBe(fakeBackend('b').latency.value);
  });
});

describe('what cannot be answered before its deadline', () => {
  /** A request that waits for a slot, which becomes free so many milliseconds before its deadline. */
  async function waitUntil(leftMs: number, fastestMs: number | undefined) {
    const fixture = new SelectFixture([fakeBackend('a', { limit: 1 })], { fastestMs: () => fastestMs });
    const first = fixture.forward(fakeExchange());
    const settings = { timeouts: { deadlineMs: 900 } };
    const exchange = fakeExchange({ startedAt: fixture.clock.now(), settings });
    const outcome = fixture.forward(exchange);
    fixture.clock.advance(900 - leftMs);
    const response = new FakeResponded();
    fixture.hops[0]?.resolve(response);
    await first;
    response.end();
    await flush();
    fixture.hops[1]?.resolve(new FakeResponded());
    return { outcome: await outcome, attempts: exchange.attempts.length };
  }

  test('is not sent once it has waited for so long', async () => {
    const { outcome, attempts } = await waitUntil(100, 200);
    expect(outcome).toMatchObject({ cause: 'deadline_exceeded', reached: 'no' });
    expect(attempts).toBe(0);
  });

  test.each([
    [300, 200],
    [100, undefined],
  ])('with %i ms left, where nearly all answers take at least %s, it is', async (leftMs, fastestMs) => {
    expect(await waitUntil(leftMs, fastestMs)).toMatchObject({ outcome: { kind: 'responded' }, attempts: 1 });
  });
});

describe('an attempt that was cut for being slow', () => {
  /** So many in a row, each after so long. */
  async function cut(times: number, waitedMs: number, source: AppliedLimit['source'] = 'learned') {
    const backend = fakeBackend('a', { breaker: { consecutiveFailures: 1 } });
    const fixture = new SelectFixture([backend]);
    for (let i = 0; i < times; i += 1) {
      const exchange = fakeExchange();
      const outcome = fixture.forward(exchange);
      const { attempt } = exchange;
      if (!attempt) throw new Error('nothing was sent');
      const limit = { limitMs: waitedMs, source };
      Object.assign(attempt, { sentAt: NOW, endedAt: NOW + waitedMs, limit });
      fixture.hops[i]?.resolve(failed('first_byte_timeout', { verdict: SAYS_NOTHING }));
      await outcome;
    }
    return backend;
  }

  test('shows how slow its backend at least is, and is no failure', async () => {
    const backend = await cut(1, 500);
    expect([backend.latency.value, backend.standing]).toEqual([500, 'available']);
  });

  test('again and again, its backend is taken for slower and slower, within limits', async () => {
    expect((await cut(3, 500)).latency.value).toBe(2_000);
    expect((await cut(9, 500)).latency.value).toBe(4_000);
  });

  test('by the configured limit, that is for the breaker to judge', async () => {
    expect((await cut(1, 30_000, 'configured')).latency.value).toBe(fakeBackend('b').latency.value);
  });
});

describe('when no backend takes it', () => {
  test('it says so at once, why for each, and when to come back', async () => {
    const a = fakeBackend('a');
    const b = fakeBackend('b', { breaker: { openMs: 4_000 } });
    a.lastCause = 'connection_refused';
    b.lastCause = 'dns_timeout';
    for (const backend of [a, b]) trip(backend);
    const fixture = new SelectFixture([a, b]);
    const exchange = fakeExchange();
    expect(await fixture.forward(exchange)).toMatchObject({
      cause: 'circuit_open',
      reached: 'no',
      retryAfterMs: 1_000,
      backends: [
        { backend: 'a', state: 'open', cause: 'connection_refused' },
        { backend: 'b', state: 'open', cause: 'dns_timeout' },
      ],
    });
    expect(exchange.attempts).toEqual([]);
    expect(fixture.clock.pending).toBe(0);
  });

  test('while a probe is under way, everybody else is refused', async () => {
    const backend = fakeBackend('a');
    trip(backend);
    const fixture = new SelectFixture([backend]);
    fixture.clock.advance(1_000);
    void fixture.forward(fakeExchange());
    expect(await fixture.forward(fakeExchange())).toMatchObject({
      cause: 'circuit_open',
      backends: [{ state: 'half_open' }],
    });
    expect(fixture.hops).toHaveLength(1);
  });

  test('an attempt for which no time is left is not sent', async () => {
    const fixture = new SelectFixture([fakeBackend('a')]);
    const settings = { timeouts: { deadlineMs: 50 } };
    const late = fakeExchange({ startedAt: NOW - 50, settings });
    expect(await fixture.forward(late)).toMatchObject({ cause: 'deadline_exceeded', reached: 'no' });
    expect([fixture.hops.length, late.attempts.length, late.cancelled?.cause]).toEqual([
      0,
      0,
      'deadline_exceeded',
    ]);
    void fixture.forward(fakeExchange({ startedAt: NOW - 49, settings }));
    expect(fixture.hops).toHaveLength(1);
  });

  test('before there was any, it says that', async () => {
    const failure = await new SelectFixture([]).forward(fakeExchange());
    expect(failure).toMatchObject({ cause: 'no_backend_configured', reached: 'no' });
  });

  test('drained or down, none is called open', async () => {
    const [drained, down] = [fakeBackend('drained'), fakeBackend('down')];
    const fixture = new SelectFixture([drained, down]);
    drained.drain('by_hand', NOW);
    down.setHealth(false, 'connection_timeout', NOW);
    expect(await fixture.forward(fakeExchange())).toMatchObject({
      cause: 'no_healthy_backend',
      retryAfterMs: 1_000,
      backends: [
        { backend: 'drained', state: 'draining', since: '2026-01-01T00:00:00.000Z' },
        { backend: 'down', state: 'down', since: '2026-01-01T00:00:00.000Z', cause: 'connection_timeout' },
      ],
    });
  });

  test('of very many the first hundred are listed, in no time', async () => {
    const backends = Array.from({ length: 10_000 }, (_, index) =>
      fakeBackend(`b${index}`, { breaker: false }),
    );
    const fixture = new SelectFixture(backends);
    for (const backend of backends) backend.setHealth(false, undefined, NOW);
    await fixture.forward(fakeExchange());
    const started = performance.now();
    for (let i = 0; i < 100; i += 1) await fixture.forward(fakeExchange());
    expect((performance.now() - started) / 100).toBeLessThan(5);
    const failure = await fixture.forward(fakeExchange());
    expect(failure).toMatchObject({
      cause: 'no_healthy_backend',
      detail: '9900 more backends are not listed.',
    });
    expect(failure.kind === 'failed' && failure.backends).toHaveLength(100);
  });

  test('an exchange that was given up does not begin', async () => {
    const fixture = new SelectFixture([fakeBackend('a')]);
    const exchange = fakeExchange();
    const gone = failed('client_aborted');
    exchange.cancel(gone);
    expect(await fixture.forward(exchange)).toBe(gone);
    expect(fixture.hops).toEqual([]);
  });
});

describe('when every backend is merely busy', () => {
  test('it waits, and gets the slot that becomes free', async () => {
    const fixture = new SelectFixture([fakeBackend('a', { limit: 1 })]);
    const first = fixture.forward(fakeExchange());
    void fixture.forward(fakeExchange());
    expect([fixture.hops.length, fixture.queue.length]).toEqual([1, 1]);
    const response = new FakeResponded();
    fixture.hops[0]?.resolve(response);
    await first;
    expect(fixture.hops).toHaveLength(1);
    response.end();
    await flush();
    expect([fixture.hops.length, fixture.queue.length, fixture.clock.pending]).toEqual([2, 0, 0]);
  });

  test('a slot that comes too late goes to the next one', async () => {
    const fixture = new SelectFixture([fakeBackend('a', { limit: 1 })]);
    const first = fixture.forward(fakeExchange());
    const late = fakeExchange({ startedAt: NOW, settings: { timeouts: { deadlineMs: 50 } } });
    const second = fixture.forward(late);
    const next = fakeExchange();
    void fixture.forward(next);
    fixture.clock.advance(50);
    fixture.hops[0]?.resolve(failed('connection_refused'));
    await first;
    expect(await second).toMatchObject({ cause: 'deadline_exceeded', reached: 'no' });
    expect(fixture.hops.map(({ exchange }) => exchange)).toContain(next);
    expect([fixture.queue.length, late.attempts.length, late.waiting]).toEqual([0, 0, undefined]);
  });

  test('nobody who comes later gets in first', async () => {
    const fixture = new SelectFixture([fakeBackend('a', { limit: 1 })]);
    const exchanges = Array.from({ length: 4 }, (_, index) => fakeExchange({ id: `r${index}` }));
    for (const exchange of exchanges) void fixture.forward(exchange);
    for (let i = 0; i < 4; i += 1) {
      fixture.hops[i]?.resolve(failed('backend_status', { verdict: SUCCEEDED }));
      await flush();
    }
    expect(fixture.hops.map(({ exchange }) => exchange)).toEqual(exchanges);
  });

  test('the slot of another backend will do', async () => {
    const fixture = new SelectFixture([fakeBackend('a', { limit: 1 }), fakeBackend('b', { limit: 1 })]);
    for (let i = 0; i < 3; i += 1) void fixture.forward(fakeExchange());
    const b = fixture.hops.find(({ backend }) => backend === 'b');
    b?.resolve(failed('closed_before_response'));
    await flush();
    expect(fixture.hops[2]?.backend).toBe('b');
  });

  test('those that wait are told at once when there is nothing left to wait for', async () => {
    const backend = fakeBackend('a', { limit: 1 });
    const fixture = new SelectFixture([backend]);
    void fixture.forward(fakeExchange());
    const waiting = [fixture.forward(fakeExchange()), fixture.forward(fakeExchange())];
    backend.drain('by_hand', NOW);
    expect(await Promise.all(waiting)).toMatchObject([
      { cause: 'no_healthy_backend' },
      { cause: 'no_healthy_backend' },
    ]);
    expect([fixture.queue.length, fixture.clock.pending]).toEqual([0, 0]);
  });

  test('those that wait go to a backend that joins', async () => {
    const fixture = new SelectFixture([fakeBackend('a', { limit: 1 })]);
    for (let i = 0; i < 3; i += 1) void fixture.forward(fakeExchange());
    fixture.pool.join(fakeBackend('b'), 'by_hand', NOW);
    expect(fixture.hops.map(({ backend }) => backend)).toEqual(['a', 'b', 'b']);
  });

  test('a function of the user that throws hits the one it was asked for', async () => {
    const hash = ({ id }: { id: string }): string => {
      if (id === 'bad' && fixture.hops.length > 0) throw new Error('no');
      return id;
    };
    const fixture: SelectFixture = new SelectFixture([fakeBackend('a', { limit: 1 })], { balance: { hash } });
    const first = fixture.forward(fakeExchange());
    const bad = fixture.forward(fakeExchange({ id: 'bad' }));
    const good = fixture.forward(fakeExchange({ id: 'good' }));
    fixture.hops[0]?.resolve(failed('connection_refused'));
    await expect(bad).rejects.toThrow('balance.hash');
    expect(await first).toMatchObject({ cause: 'connection_refused' });
    fixture.hops[1]?.resolve(failed('connection_refused'));
    expect(await good).toMatchObject({ cause: 'connection_refused' });
  });

  test('with no place to wait it is refused', async () => {
    const fixture = new SelectFixture([fakeBackend('a', { limit: 1 })], { queue: 0 });
    void fixture.forward(fakeExchange());
    expect(await fixture.forward(fakeExchange())).toMatchObject({ cause: 'pool_saturated' });
  });
});
