import { expect, test } from 'vitest';
import { finalRecipient } from '../../../src/layers/final-recipient.ts';
import { type FakeExchange, fakeExchange } from '../../support/fake-exchange.ts';
import { scripted } from '../../support/fake-forward.ts';
import { FakeResponded } from '../../support/fake-outcome.ts';

const response = new FakeResponded();

/** The status of an answer from here, or undefined when the request went on. */
async function answered(given: FakeExchange): Promise<number | undefined> {
  const below = scripted(response);
  const outcome = await finalRecipient()(below.forward)(fakeExchange(given));
  expect(below.calls).toHaveLength(outcome === response ? 1 : 0);
  if (outcome === response) return undefined;
  return outcome.kind === 'responded' ? outcome.status : expect.fail();
}

const NO_FURTHER = ['Max-Forwards', '0'];

test.each<[number | undefined, FakeExchange]>([
  [204, { method: 'OPTIONS', path: '*' }],
  [204, { method: 'OPTIONS', path: '/x', rawHeaders: NO_FURTHER }],
  [405, { method: 'TRACE', path: '/x', rawHeaders: NO_FURTHER }],
  [undefined, { method: 'OPTIONS', path: '/x' }],
  [undefined, { method: 'OPTIONS', path: '/x', rawHeaders: ['Max-Forwards', '1'] }],
  [undefined, { method: 'GET', path: '/x', rawHeaders: NO_FURTHER }],
])('%s for %j', async (status, given) => {
  expect(await answered(given)).toBe(status);
});
