// When several slots became free at once, as when a breaker closes, only one of those who waited got one.
import { expect, test } from 'vitest';
import { fakeBackend, tripBreaker } from '../support/fake-backend.ts';
import { flush } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { FakeResponded } from '../support/fake-outcome.ts';
import { SelectFixture } from '../support/fake-select.ts';

test('several free slots serve several who wait, in one wake', async () => {
  const full = fakeBackend('full', { limit: 1 });
  const back = fakeBackend('back', { limit: 3 });
  const fixture = new SelectFixture([full, back]);
  if (back.breaker) tripBreaker(back.breaker, fixture.clock.now());
  void fixture.forward(fakeExchange());
  fixture.clock.advance(1_000);
  void fixture.forward(fakeExchange());
  expect(fixture.hops.map(({ backend }) => backend)).toEqual(['full', 'back']);
  for (let i = 0; i < 4; i += 1) void fixture.forward(fakeExchange());
  expect(fixture.queue.length).toBe(4);
  const probe = new FakeResponded();
  fixture.hops[1]?.resolve(probe);
  await flush();
  probe.end();
  await flush();
  expect([fixture.queue.length, full.pending, back.pending]).toEqual([1, 1, 3]);
});
