import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import type { BackendChange } from '../../../src/backends/change.ts';
import {
  breakerOf,
  failedWith,
  fakeBackend,
  SUCCEEDED,
  trip,
  tripBreaker,
} from '../../support/fake-backend.ts';

const NOW = 1_000;

test('all gates or none: a refusing breaker gives the slot back', () => {
  const backend = fakeBackend('a', { limit: 1 });
  trip(backend);
  expect(backend.enter(NOW)).toBeUndefined();
  expect(backend.pending).toBe(0);
});

test('the breaker is entered last: a full backend does not use up its probe', () => {
  const backend = fakeBackend('a', { limit: 1 });
  const breaker = breakerOf(backend);
  const slow = backend.enter(NOW);
  tripBreaker(breaker, NOW);
  expect(backend.enter(2_000)).toBeUndefined();
  expect(breaker.admits(2_000)).toBe(true);
  slow?.settle(SUCCEEDED, 2_000);
  expect(backend.enter(2_000)).toBeDefined();
});

test('settling tells both gates', () => {
  const backend = fakeBackend('a', { breaker: { consecutiveFailures: 1 } });
  const pass = backend.enter(NOW);
  expect(backend.pending).toBe(1);
  pass?.settle(failedWith('connection_refused'), NOW);
  expect([backend.pending, backend.standing]).toEqual([0, 'open']);
});

test('without a breaker only the number of requests counts', () => {
  const backend = fakeBackend('a', { breaker: false, limit: 1 });
  const pass = backend.enter(NOW);
  expect([backend.isFull, backend.standing, backend.enter(NOW)]).toEqual([true, 'saturated', undefined]);
  for (let i = 0; i < 10; i += 1) pass?.answered(failedWith('backend_status'), NOW, 0);
  pass?.settle(failedWith('backend_status'), NOW);
  expect(backend.standing).toBe('available');
});

test('reports its state, since when, and the last cause', () => {
  const backend = fakeBackend('a', { limit: 1 });
  const wall = Date.UTC(2026, 0, 1);
  const since = '2026-01-01T00:00:00.000Z';
  expect(backend.report(NOW, wall)).toEqual({ backend: 'a', state: 'available', since });
  expect(backend.report(NOW + 5, wall + 5)).toEqual({ backend: 'a', state: 'available', since });
  backend.enter(NOW + 10);
  expect(backend.report(NOW + 10, wall + 10)).toMatchObject({
    state: 'saturated',
    since: '2026-01-01T00:00:00.010Z',
  });
  backend.lastCause = 'connection_refused';
  trip(backend, NOW + 20);
  expect(backend.report(NOW + 20, wall + 20)).toEqual({
    backend: 'a',
    state: 'open',
    since: '2026-01-01T00:00:00.020Z',
    cause: 'connection_refused',
  });
});

describe('what health checks find', () => {
  function kept(name: string) {
    const backend = fakeBackend(name);
    const changes: Partial<BackendChange>[] = [];
    backend.keptBy({ place: () => undefined, changed: (change) => changes.push(change) });
    return { backend, changes };
  }

  test('down, it gets nothing; up, it does', () => {
    const { backend, changes } = kept('a');
    expect([backend.health, backend.standing]).toEqual(['unknown', 'available']);
    backend.setHealth(false, 'connection_timeout', NOW);
    expect([backend.health, backend.standing]).toEqual(['down', 'down']);
    backend.setHealth(true, undefined, NOW + 5);
    expect([backend.health, backend.standing]).toEqual(['up', 'available']);
    expect(changes).toMatchObject([
      { kind: 'down', reason: 'health_check', cause: 'connection_timeout', now: NOW },
      { kind: 'up', reason: 'health_check', cause: undefined, now: NOW + 5 },
    ]);
  });

  test('the same again is no change, but the cause is kept', () => {
    const { backend, changes } = kept('a');
    backend.setHealth(false, 'connection_timeout', NOW);
    backend.setHealth(false, 'connection_refused', NOW + 5);
    expect([changes.length, backend.lastCause]).toEqual([1, 'connection_refused']);
    expect(backend.report(NOW + 5, 5)).toMatchObject({ since: '1970-01-01T00:00:00.000Z' });
  });

  test('up, a breaker that is open may be probed at once', () => {
    const { backend } = kept('a');
    trip(backend);
    backend.setHealth(false, undefined, NOW);
    backend.setHealth(true, undefined, NOW + 5);
    expect([backend.standing, breakerOf(backend).admits(NOW + 5)]).toEqual(['half_open', true]);
  });

  test('draining goes before down, and down before a breaker', () => {
    const { backend } = kept('a');
    trip(backend);
    backend.setHealth(false, undefined, NOW);
    expect(backend.standing).toBe('down');
    backend.drain('by_hand', NOW);
    expect(backend.standing).toBe('draining');
    backend.restore('by_hand', NOW);
    expect(backend.standing).toBe('down');
  });
});

describe('slow start', () => {
  test('gives a tenth at first, and more with time', () => {
    const backend = fakeBackend('a', { slowStartMs: 10_000 });
    expect(backend.share(NOW)).toBe(1);
    backend.warmUp(NOW);
    expect([0, 1_000, 5_000, 10_000].map((ms) => backend.share(NOW + ms))).toEqual([0.1, 0.1, 0.5, 1]);
  });

  test.each<[string, (backend: Backend) => void]>([
    [
      'its breaker closed',
      (backend) => {
        trip(backend, NOW - 1_000);
        backend.enter(NOW)?.answered(SUCCEEDED, NOW, 1);
      },
    ],
    [
      'its health checks succeed again',
      (backend) => {
        backend.setHealth(false, undefined, NOW);
        backend.setHealth(true, undefined, NOW);
      },
    ],
    [
      'it was restored',
      (backend) => {
        backend.drain('by_hand', NOW);
        backend.restore('by_hand', NOW);
      },
    ],
  ])('begins when %s', (_what, recover) => {
    const backend = fakeBackend('a', { slowStartMs: 10_000 });
    recover(backend);
    expect(backend.share(NOW)).toBe(0.1);
  });

  test('does not begin with the first good check', () => {
    const backend = fakeBackend('a', { slowStartMs: 10_000 });
    backend.setHealth(true, undefined, NOW);
    expect(backend.share(NOW)).toBe(1);
  });

  test('off, there is none', () => {
    const backend = fakeBackend('a');
    backend.warmUp(NOW);
    expect(backend.share(NOW)).toBe(1);
  });
});

test('once idle is once, and can be called off', () => {
  const backend = fakeBackend('a');
  let calls = 0;
  const pass = backend.enter(NOW);
  backend.onceIdle(() => void (calls += 1));
  pass?.settle(SUCCEEDED, NOW);
  backend.enter(NOW)?.settle(SUCCEEDED, NOW);
  expect(calls).toBe(1);
  const other = backend.enter(NOW);
  backend.onceIdle(() => void (calls += 1));
  backend.onceIdle(undefined);
  other?.settle(SUCCEEDED, NOW);
  expect(calls).toBe(1);
});

test('who waits for the last request waits for the last tunnel as well', () => {
  const backend = fakeBackend('a');
  let calls = 0;
  const pass = backend.enter(NOW);
  backend.tunnelOpened();
  backend.tunnelOpened();
  backend.onceIdle(() => void (calls += 1));
  pass?.settle(SUCCEEDED, NOW);
  backend.tunnelClosed();
  expect([calls, backend.tunnels]).toEqual([0, 1]);
  const another = backend.enter(NOW);
  backend.tunnelClosed();
  expect(calls).toBe(0);
  another?.settle(SUCCEEDED, NOW);
  expect(calls).toBe(1);
  backend.onceIdle(() => void (calls += 1));
  expect(calls).toBe(2);
  backend.tunnelOpened();
  backend.tunnelClosed();
  expect(calls).toBe(2);
});
