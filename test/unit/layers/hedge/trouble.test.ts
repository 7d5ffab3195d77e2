import { expect, test } from 'vitest';
import { HookError } from '../../../../src/engine/hooks.ts';
import type { Cancellable, Outcome } from '../../../../src/engine/types.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { flush } from '../../../support/fake-clock.ts';
import { fakeExchange } from '../../../support/fake-exchange.ts';
import { HedgeFixture } from '../../../support/fake-hedge.ts';
import { deferred, FakeResponded } from '../../../support/fake-outcome.ts';

const settings = { retry: { hedge: { quantile: 0.95, delayMs: undefined } } };
const oops = new HookError('headers.trust', new Error('oops'));

test('what the first attempt throws goes up, and no timer stays', async () => {
  const fixture = new HedgeFixture();
  fixture.before = () => Promise.reject(oops);
  await expect(fixture.run(fakeExchange({ settings }))).rejects.toBe(oops);
  fixture.before = () => {
    throw oops;
  };
  await expect(fixture.run(fakeExchange({ settings }))).rejects.toBe(oops);
  expect(fixture.clock.pending).toBe(0);
});

test.each<[string, () => Promise<Outcome>]>([
  ['rejects', () => Promise.reject(oops)],
  [
    'throws',
    () => {
      throw oops;
    },
  ],
])('a second attempt that %s with a bug ends both', async (_how, before) => {
  const fixture = new HedgeFixture();
  const outcome = fixture.run(fakeExchange({ settings }));
  fixture.before = (_exchange, hop) => {
    void hop();
    return before();
  };
  fixture.clock.advance(100);
  await expect(outcome).rejects.toBe(oops);
  expect(fixture.hops[0]?.cancelledWith?.verdict).toEqual({ kind: 'ignored' });
  await flush();
  expect(fixture.clock.pending).toBe(0);
});

test('a question that throws in the timer ends the exchange, not the process', async () => {
  const fixture = new HedgeFixture();
  Object.defineProperty(fixture, 'hasOther', {
    get: () => {
      throw oops;
    },
  });
  const outcome = fixture.run(fakeExchange({ settings }));
  fixture.clock.advance(100);
  await expect(outcome).rejects.toBe(oops);
  expect(fixture.hops[0]?.cancelledWith).toBeDefined();
});

test('a second attempt that no backend takes after all changes nothing', async () => {
  const fixture = new HedgeFixture();
  const exchange = fakeExchange({ settings });
  const outcome = fixture.run(exchange);
  fixture.before = () => Promise.resolve(failed('circuit_open'));
  fixture.clock.advance(100);
  await flush();
  expect(exchange.waiting).toBe(fixture.hops[0]);
  const response = new FakeResponded();
  fixture.hops[0]?.end(response);
  expect(await outcome).toBe(response);
  expect(exchange.attempts).toHaveLength(1);
});

test('a second attempt does not stand in a queue', async () => {
  const fixture = new HedgeFixture();
  const exchange = fakeExchange({ settings });
  const outcome = fixture.run(exchange);
  const { promise, resolve } = deferred<Outcome>();
  const waiter: Cancellable = {
    cancel: (failure) => {
      exchange.waiting = undefined;
      resolve(failure);
    },
  };
  fixture.before = (one) => {
    one.waiting = waiter;
    return promise;
  };
  fixture.clock.advance(100);
  expect(await promise).toMatchObject({ cause: 'pool_saturated' });
  expect(exchange.waiting).toBe(fixture.hops[0]);
  const failure = failed('closed_before_response');
  fixture.hops[0]?.end(failure);
  expect(await outcome).toBe(failure);
});

test('a bug in giving up the loser does not leave the exchange hanging', async () => {
  const fixture = new HedgeFixture();
  const outcome = fixture.run(fakeExchange({ settings }));
  fixture.clock.advance(100);
  const [first, second] = fixture.hops;
  if (!first) throw new Error('there is no attempt');
  first.attempt.running = {
    cancel: () => {
      throw oops;
    },
  };
  second?.end(new FakeResponded());
  await expect(outcome).rejects.toBe(oops);
});
