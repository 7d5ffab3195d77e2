// The timer of the deadline went on when something below it rejected.
import { expect, test } from 'vitest';
import { deadline } from '../../src/layers/deadline.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';

test('a rejection below leaves no timer, and passes', async () => {
  const clock = new FakeClock();
  const bug = new Error('a bug');
  const outcome = deadline(clock)(() => Promise.reject(bug))(fakeExchange());
  expect(clock.pending).toBe(1);
  await expect(outcome).rejects.toBe(bug);
  expect(clock.pending).toBe(0);
});
