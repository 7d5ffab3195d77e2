import { describe, expect, test } from 'vitest';
import type { ClientExchange } from '../../../../src/engine/exchange.ts';
import type { HedgeSettings } from '../../../../src/engine/settings.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { hedge } from '../../../../src/layers/hedge/hedge.ts';
import { flush } from '../../../support/fake-clock.ts';
import { fakeBody, type FakeExchange, fakeExchange } from '../../../support/fake-exchange.ts';
import { HedgeFixture } from '../../../support/fake-hedge.ts';
import { deferred, FakeResponded } from '../../../support/fake-outcome.ts';
import type { Outcome } from '../../../../src/engine/types.ts';

function hedged(given: FakeExchange = {}, settings: Partial<HedgeSettings> = {}): ClientExchange {
  const on = { quantile: 0.95, delayMs: undefined, ...settings };
  return fakeExchange({ ...given, settings: { retry: { hedge: on, ...(given.settings?.retry || {}) } } });
}

describe('nothing is set up', () => {
  test.each<[string, ClientExchange, number | undefined]>([
    ['while it is off', fakeExchange(), 100],
    ['while retries are off', fakeExchange({ settings: { retry: false } }), 100],
    ['with no retry to spend', hedged({ settings: { retry: { retries: 0 } } }), 100],
    ['for a POST', hedged({ method: 'POST' }), 100],
    [
      'for a POST that may be retried',
      hedged({ method: 'POST', settings: { retry: { when: () => true } } }),
      100,
    ],
    ['for a lower-case method', hedged({ method: 'get' }), 100],
    ['for an upgrade', hedged({ upgrade: 'websocket' }), 100],
    ['while the route is not known', hedged(), undefined],
  ])('%s', (_why, exchange, quantileMs) => {
    const fixture = new HedgeFixture();
    fixture.quantileMs = quantileMs;
    const { promise } = deferred<Outcome>();
    // The very promise of the layer beneath: nothing stands in between.
    expect(hedge(fixture.options)(() => promise)(exchange)).toBe(promise);
    expect(fixture.clock.pending).toBe(0);
  });
});

test('a first attempt that answers in time stays alone', async () => {
  const fixture = new HedgeFixture();
  const outcome = fixture.run(hedged());
  fixture.clock.advance(99);
  const response = new FakeResponded();
  fixture.hops[0]?.end(response);
  expect(await outcome).toBe(response);
  fixture.clock.advance(1_000);
  expect([fixture.hops.length, fixture.clock.pending, fixture.decisions]).toEqual([1, 0, []]);
});

test('one that fails before that is for the retry layer', async () => {
  const fixture = new HedgeFixture();
  const exchange = hedged();
  const outcome = fixture.run(exchange);
  const failure = failed('closed_before_response');
  fixture.hops[0]?.end(failure);
  expect(await outcome).toBe(failure);
  expect([fixture.hops.length, fixture.clock.pending]).toEqual([1, 0]);
});

test('a slow one gets a second one beside it, once', () => {
  const fixture = new HedgeFixture();
  const exchange = hedged();
  void fixture.run(exchange);
  fixture.clock.advance(99);
  expect(fixture.hops).toHaveLength(1);
  fixture.clock.advance(1);
  expect(fixture.hops).toHaveLength(2);
  expect(exchange.attempts.map((attempt) => attempt.hedge)).toEqual([false, true]);
  expect(fixture.decisions).toEqual([
    { kind: 'hedge', cause: undefined, reason: undefined, waitMs: 100, paid: true },
  ]);
  fixture.clock.advance(10_000);
  expect([fixture.hops.length, fixture.clock.pending, fixture.budget]).toEqual([2, 0, 99]);
});

test('a fixed delay goes before what was learned', () => {
  const fixture = new HedgeFixture();
  void fixture.run(hedged({}, { delayMs: 7 }));
  fixture.clock.advance(7);
  expect(fixture.hops).toHaveLength(2);
});

test('a retry may have one, too, as long as there are retries', async () => {
  const fixture = new HedgeFixture();
  const exchange = hedged({ settings: { retry: { retries: 2 } } });
  const first = fixture.run(exchange);
  fixture.hops[0]?.end(failed('closed_before_response'));
  await first;
  const second = fixture.run(exchange);
  fixture.clock.advance(100);
  expect(fixture.hops).toHaveLength(3);
  fixture.hops[1]?.end(failed('closed_before_response'));
  fixture.hops[2]?.end(failed('closed_before_response'));
  await second;
  void fixture.run(exchange);
  fixture.clock.advance(100);
  expect(fixture.hops).toHaveLength(4);
});

describe('it is slow', () => {
  test('counted from the last byte of the request', () => {
    const fixture = new HedgeFixture();
    void fixture.run(hedged());
    const [first] = fixture.hops;
    if (!first) throw new Error('no attempt');
    first.attempt.sentAt = undefined;
    first.attempt.phase = 'send';
    fixture.clock.advance(950);
    first.attempt.sentAt = fixture.clock.now();
    fixture.clock.advance(99);
    expect(fixture.hops).toHaveLength(1);
    fixture.clock.advance(1);
    expect(fixture.hops).toHaveLength(2);
  });

  test.each(['select', 'dns', 'connect', 'tls'] as const)('counted from its start in phase %s', (phase) => {
    const fixture = new HedgeFixture();
    void fixture.run(hedged());
    Object.assign(fixture.hops[0]?.attempt ?? {}, { phase, sentAt: undefined });
    fixture.clock.advance(100);
    expect(fixture.hops).toHaveLength(2);
  });

  test('not while it waits for a free slot', async () => {
    const fixture = new HedgeFixture();
    const { promise, resolve } = deferred<undefined>();
    fixture.before = (_exchange, hop) => promise.then(hop);
    void fixture.run(hedged());
    fixture.clock.advance(1_000);
    fixture.before = undefined;
    resolve(undefined);
    await flush();
    expect(fixture.hops).toHaveLength(1);
    fixture.clock.advance(99);
    expect(fixture.hops).toHaveLength(1);
    fixture.clock.advance(101);
    expect(fixture.hops).toHaveLength(2);
  });
});

describe('there is no second one', () => {
  test('without another backend', () => {
    const fixture = new HedgeFixture();
    fixture.hasOther = false;
    void fixture.run(hedged());
    fixture.clock.advance(10_000);
    expect([fixture.hops.length, fixture.clock.pending, fixture.budget]).toEqual([1, 0, 100]);
    expect(fixture.decisions).toMatchObject([{ kind: 'hedge', reason: 'no_other_backend', paid: false }]);
  });

  test('without the leave of the budget', () => {
    const fixture = new HedgeFixture();
    fixture.budget = 0;
    void fixture.run(hedged());
    fixture.clock.advance(10_000);
    expect([fixture.hops.length, fixture.clock.pending]).toEqual([1, 0]);
    expect(fixture.decisions).toMatchObject([{ kind: 'hedge', reason: 'budget_exhausted', paid: false }]);
  });

  test('when the body is not in memory as a whole', () => {
    const fixture = new HedgeFixture();
    void fixture.run(hedged({ method: 'PUT', body: fakeBody({ shareable: false }) }));
    fixture.clock.advance(10_000);
    expect([fixture.hops.length, fixture.clock.pending, fixture.budget]).toEqual([1, 0, 100]);
    expect(fixture.decisions).toMatchObject([{ kind: 'hedge', reason: 'body_not_replayable' }]);
  });

  test('when the exchange was given up and the first attempt does not end', () => {
    const fixture = new HedgeFixture();
    const exchange = hedged();
    void fixture.run(exchange);
    exchange.waiting = undefined;
    exchange.cancel(failed('client_aborted'));
    fixture.clock.advance(10_000);
    expect([fixture.hops.length, fixture.clock.pending, fixture.decisions]).toEqual([1, 0, []]);
  });
});
