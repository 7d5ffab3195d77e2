// After a stale connection at the last backend left, any that had been tried could get the request again: one
// that had failed for good as well.
import { expect, test } from 'vitest';
import { fakeBackend } from '../support/fake-backend.ts';
import { addAttempt, fakeExchange } from '../support/fake-exchange.ts';
import { fakePool } from '../support/fake-pool.ts';
import { seededRandom } from '../support/fake-random.ts';

test('the same again is the one with the stale connection', () => {
  const [failed, stale] = [fakeBackend('failed'), fakeBackend('stale')];
  const pool = fakePool([failed, stale], { random: seededRandom(1) });
  const exchange = fakeExchange();
  addAttempt(exchange, { target: failed.target, cause: 'closed_before_response' });
  addAttempt(exchange, { target: stale.target, cause: 'stale_connection' });
  exchange.sameBackendAllowed = true;
  for (let i = 0; i < 20; i += 1) expect(pool.choose(exchange, 1_000)).toBe(stale);
});
