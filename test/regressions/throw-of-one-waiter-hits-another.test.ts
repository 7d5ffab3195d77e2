// A bug met by an exchange that had waited was thrown at the one whose end had woken it.
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/engine/types.ts';
import { failed } from '../../src/failure/failed.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { deferred } from '../support/fake-outcome.ts';
import { SelectFixture } from '../support/fake-select.ts';

test('each gets what is its own', async () => {
  const backend = fakeBackend('a', { limit: 1 });
  const { promise, resolve } = deferred<Outcome>();
  const bug = new Error('a bug');
  let calls = 0;
  const below = (): Promise<Outcome> => {
    calls += 1;
    if (calls > 1) throw bug;
    return promise;
  };
  const fixture = new SelectFixture([backend], { below });
  const one = fixture.forward(fakeExchange());
  const two = fixture.forward(fakeExchange());
  const refused = failed('connection_refused');
  resolve(refused);
  await Promise.all([expect(one).resolves.toBe(refused), expect(two).rejects.toBe(bug)]);
  expect([fixture.queue.length, backend.pending]).toEqual([0, 0]);
});
