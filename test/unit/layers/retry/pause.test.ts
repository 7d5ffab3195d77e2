import { expect, test } from 'vitest';
import { failed } from '../../../../src/failure/failed.ts';
import { pause } from '../../../../src/layers/retry/pause.ts';
import { FakeClock, flush } from '../../../support/fake-clock.ts';
import { fakeExchange } from '../../../support/fake-exchange.ts';

test('lasts as long as it should', async () => {
  const clock = new FakeClock();
  const exchange = fakeExchange();
  let over = false;
  void pause(exchange, 20, clock).then(() => {
    over = true;
  });
  clock.advance(19);
  await flush();
  expect(over).toBe(false);
  clock.advance(1);
  await flush();
  expect(over).toBe(true);
  expect(exchange.waiting).toBeUndefined();
});

test('ends at once when the exchange is given up, and leaves no timer', async () => {
  const clock = new FakeClock();
  const exchange = fakeExchange();
  const paused = pause(exchange, 20, clock);
  exchange.cancel(failed('client_aborted'));
  await paused;
  expect(clock.pending).toBe(0);
  expect(exchange.waiting).toBeUndefined();
});

test('of nothing sets no timer', async () => {
  const clock = new FakeClock();
  await pause(fakeExchange(), 0, clock);
  const gone = fakeExchange();
  gone.cancel(failed('client_aborted'));
  await pause(gone, 20, clock);
  expect(clock.pending).toBe(0);
});
