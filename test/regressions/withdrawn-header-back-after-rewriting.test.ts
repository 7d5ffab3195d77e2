// A header of the app's that a hook had taken away came back where `rewrite` changed the response as well.
import { expect, test } from 'vitest';
import { rewrite } from '../../src/layers/rewrite.ts';
import { settleRewrite } from '../../src/options/rewrite.ts';
import { NO_REWRITES } from '../../src/engine/rewrite/none.ts';
import { addAttempt, fakeExchange } from '../support/fake-exchange.ts';
import { FakeResponded } from '../support/fake-outcome.ts';

test('it stays away', async () => {
  const exchange = fakeExchange();
  const settings = { ...exchange.settings, rewrite: settleRewrite({ location: true }, NO_REWRITES) };
  const rewriting = Object.assign(exchange, { settings });
  addAttempt(rewriting);
  const outcome = Object.assign(new FakeResponded(), { withdrawn: ['x-powered-by'] });
  expect(await rewrite()(() => Promise.resolve(outcome))(rewriting)).toMatchObject({
    kind: 'responded',
    withdrawn: ['x-powered-by'],
  });
});
