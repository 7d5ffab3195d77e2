import { expect, test } from 'vitest';
import { failedWith, fakeBackend, fakeBreaker, SUCCEEDED, tripBreaker } from '../../support/fake-backend.ts';

const NOW = 1_000;

test('all gates or none: a refusing breaker gives the slot back', () => {
  const backend = fakeBackend('a', { limit: 1 });
  if (backend.breaker) tripBreaker(backend.breaker, NOW);
  expect(backend.enter(NOW)).toBeUndefined();
  expect(backend.pending).toBe(0);
});

test('the breaker is entered last: a full backend does not use up its probe', () => {
  const breaker = fakeBreaker();
  const backend = fakeBackend('a', { limit: 1, breaker });
  const slow = backend.enter(NOW);
  tripBreaker(breaker, NOW);
  expect(backend.enter(2_000)).toBeUndefined();
  expect(breaker.admits(2_000)).toBe(true);
  slow?.settle(SUCCEEDED, 2_000);
  expect(backend.enter(2_000)).toBeDefined();
});

test('settling tells both gates', () => {
  const backend = fakeBackend('a', { breaker: fakeBreaker({ settings: { consecutiveFailures: 1 } }) });
  const pass = backend.enter(NOW);
  expect(backend.pending).toBe(1);
  pass?.settle(failedWith('connection_refused'), NOW);
  expect([backend.pending, backend.admits(NOW)]).toEqual([0, false]);
});

test('without a breaker only the number of requests counts', () => {
  const backend = fakeBackend('a', { breaker: false, limit: 1 });
  const pass = backend.enter(NOW);
  expect([backend.admits(NOW), backend.isMerelyBusy(NOW)]).toEqual([false, true]);
  for (let i = 0; i < 10; i += 1) pass?.answered(failedWith('backend_status'), NOW);
  pass?.settle(failedWith('backend_status'), NOW);
  expect(backend.admits(NOW)).toBe(true);
});

test('reports its state, since when, and the last cause', () => {
  const backend = fakeBackend('a', { limit: 1 });
  const wall = Date.UTC(2026, 0, 1);
  expect(backend.report(NOW, wall)).toEqual({ backend: 'a', state: 'available' });
  backend.enter(NOW);
  expect(backend.report(NOW, wall)).toEqual({ backend: 'a', state: 'saturated' });
  backend.lastCause = 'connection_refused';
  if (backend.breaker) tripBreaker(backend.breaker, NOW);
  expect(backend.report(NOW, wall)).toEqual({
    backend: 'a',
    state: 'open',
    since: '2026-01-01T00:00:00.000Z',
    cause: 'connection_refused',
  });
});
