import { expect, test } from 'vitest';
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
  expect([backend.pending, backend.admits(NOW)]).toEqual([0, false]);
});

test('without a breaker only the number of requests counts', () => {
  const backend = fakeBackend('a', { breaker: false, limit: 1 });
  const pass = backend.enter(NOW);
  expect([backend.admits(NOW), backend.standing]).toEqual([false, 'saturated']);
  for (let i = 0; i < 10; i += 1) pass?.answered(failedWith('backend_status'), NOW, 0);
  pass?.settle(failedWith('backend_status'), NOW);
  expect(backend.admits(NOW)).toBe(true);
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
