// Who waited for a slot of a backend whose breaker then opened waited to the end, and was told that all was busy.
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/engine/types.ts';
import { failed } from '../../src/failure/failed.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { flush } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { SelectFixture } from '../support/fake-select.ts';

test('everybody who waits is told at once, with the real cause', async () => {
  const fixture = new SelectFixture([fakeBackend('a', { limit: 1, breaker: { consecutiveFailures: 1 } })]);
  void fixture.forward(fakeExchange());
  const outcomes: Outcome[] = [];
  for (let i = 0; i < 3; i += 1)
    void fixture.forward(fakeExchange()).then((outcome) => outcomes.push(outcome));
  expect(fixture.queue.length).toBe(3);
  fixture.hops[0]?.resolve(failed('connection_refused'));
  await flush();
  expect(outcomes.map((outcome) => outcome.kind === 'failed' && outcome.cause)).toEqual([
    'circuit_open',
    'circuit_open',
    'circuit_open',
  ]);
  expect([fixture.queue.length, fixture.clock.pending, fixture.hops.length]).toEqual([0, 0, 1]);
});
