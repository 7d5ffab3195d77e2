import { describe, expect, test } from 'vitest';
import { measureAnswer, measureFailure } from '../../../src/backends/measure.ts';
import type { Failed } from '../../../src/engine/types.ts';
import { failed } from '../../../src/failure/failed.ts';
import { fakeBackend, SAYS_NOTHING } from '../../support/fake-backend.ts';
import { addAttempt, fakeExchange } from '../../support/fake-exchange.ts';

/** A backend that is known to answer in 20 ms, full, and how it goes on. */
function after(measure: (backend: ReturnType<typeof fakeBackend>, now: number) => void): number {
  const backend = fakeBackend('a', { adaptive: true, limit: 20 });
  for (let i = 0; i < 20; i += 1) backend.enter(1_000);
  let now = 1_000;
  for (let i = 0; i < 100; i += 1) measureAnswer(backend, 200, 20, (now += 5));
  for (let i = 0; i < 300; i += 1) measure(backend, (now += 20));
  return backend.limit;
}

function failing(failure: Failed, waitedMs?: number): number {
  return after((backend, now) => {
    const attempt = addAttempt(fakeExchange(), {
      sentAt: waitedMs === undefined ? undefined : now - waitedMs,
    });
    measureFailure(backend, attempt, failure, now);
  });
}

test('good answers leave the limit where it is', () => {
  expect(after((backend, now) => measureAnswer(backend, 200, 20, now))).toBe(20);
});

describe('it shrinks with', () => {
  test.each([429, 503])('status %i, however fast', (status) => {
    expect(after((backend, now) => measureAnswer(backend, status, 1, now))).toBeLessThan(10);
  });

  test.each<[string, Failed, number | undefined]>([
    ['refused connections', failed('connection_refused'), undefined],
    ['broken connections', failed('closed_before_response'), 1],
    ['timeouts', failed('first_byte_timeout'), 1_000],
    ['attempts that were cut', failed('first_byte_timeout', { verdict: SAYS_NOTHING }), 1_000],
    ['deadlines that came first', failed('deadline_exceeded'), 1_000],
  ])('%s', (_what, failure, waitedMs) => {
    expect(failing(failure, waitedMs)).toBeLessThan(10);
  });
});

describe('it does not with', () => {
  test.each<[string, Failed, number | undefined]>([
    ['clients that leave at once', failed('client_aborted'), 1],
    ['what was given up before it was sent', failed('deadline_exceeded'), undefined],
  ])('%s', (_what, failure, waitedMs) => {
    expect(failing(failure, waitedMs)).toBe(20);
  });
});

test('without an adaptive limit there is nothing to do', () => {
  const backend = fakeBackend('a');
  for (let i = 0; i < 100; i += 1) measureAnswer(backend, 503, 20, 1_000 + i);
  expect(backend.limit).toBe(1_024);
});
