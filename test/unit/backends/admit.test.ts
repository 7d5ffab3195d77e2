import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import { fakeBackend } from '../../support/fake-backend.ts';
import { fakeExchange } from '../../support/fake-exchange.ts';
import { FakeResponded } from '../../support/fake-outcome.ts';
import { SelectFixture } from '../../support/fake-select.ts';

/** Pushes back whatever it is sent. */
function pushing(name: string, random: () => number): Backend {
  const backend = fakeBackend(name, { admission: true, random });
  for (let i = 0; i < 100; i += 1) backend.admission?.answered(true, 1_000);
  return backend;
}

const quiet = (name: string): Backend => fakeBackend(name, { admission: true });

test('a backend that pushes back is spared, with pool_saturated, and not even tried', async () => {
  const fixture = new SelectFixture([pushing('a', () => 0.1)], { admission: {} });
  const exchange = fakeExchange();
  const outcome = await fixture.forward(exchange);
  expect(outcome).toMatchObject({ cause: 'pool_saturated', reached: 'no', retryAfterMs: 1_000 });
  expect([exchange.attempts, fixture.hops]).toEqual([[], []]);
});

test('one in ten goes there all the same', () => {
  const fixture = new SelectFixture([pushing('a', () => 0.95)], { admission: {} });
  void fixture.forward(fakeExchange());
  expect(fixture.hops).toHaveLength(1);
});

test('others that do not push back get what it is spared', () => {
  const fixture = new SelectFixture([pushing('a', () => 0), quiet('b'), quiet('c')], { admission: {} });
  for (let i = 0; i < 20; i += 1) void fixture.forward(fakeExchange());
  const names = fixture.hops.map(({ backend }) => backend);
  expect(names).not.toContain('a');
  expect(names.filter((name) => name === 'b').length).toBeGreaterThan(5);
});

describe('answers', () => {
  async function answer(backend: Backend, status: number, times: number): Promise<void> {
    const fixture = new SelectFixture([backend], { admission: {} });
    for (let i = 0; i < times; i += 1) {
      const outcome = fixture.forward(fakeExchange());
      const response = new FakeResponded(status);
      fixture.hops[i]?.resolve(response);
      await outcome;
      response.end();
    }
  }

  test.each([429, 503])('%i is pushback, and no failure for the breaker', async (status) => {
    const backend = fakeBackend('a', { admission: true, breaker: { minRequests: 5 }, random: () => 0.99 });
    await answer(backend, status, 30);
    expect(backend.admission?.share(1_000)).toBeGreaterThan(0.5);
    expect([backend.standing, backend.lastCause, backend.pending]).toEqual(['available', undefined, 0]);
  });

  test.each([200, 404, 500, 502])('%i is none', async (status) => {
    const backend = fakeBackend('a', { admission: true, breaker: false });
    await answer(backend, status, 30);
    expect(backend.admission?.share(1_000)).toBe(0);
  });

  test('without admission 503 is a failure as ever', async () => {
    const backend = fakeBackend('a', { breaker: { minRequests: 5 } });
    const fixture = new SelectFixture([backend]);
    for (let i = 0; i < 5; i += 1) {
      const outcome = fixture.forward(fakeExchange());
      const response = new FakeResponded(503);
      fixture.hops[i]?.resolve(response);
      await outcome;
      response.end();
    }
    expect(backend.standing).toBe('open');
  });
});
