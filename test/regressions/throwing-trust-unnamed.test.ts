// A `headers.trust` that threw was not named to trusted readers, and not logged.
import { expect, test, vi } from 'vitest';
import { HookError } from '../../src/engine/hooks.ts';
import { answerFailure } from '../../src/failure/report/answer.ts';
import { createGateway } from '../../src/gateway.ts';
import { fakeExchange } from '../support/fake-exchange.ts';

test('the option whose function threw is named in the answer and in the log', async () => {
  const logger = { warn: vi.fn(), error: vi.fn() };
  const { core } = createGateway({ backends: ['http://a'], logger }).mount();
  const trust = (): never => {
    throw new Error('oops');
  };
  const exchange = fakeExchange({ settings: { headers: { trust }, errors: { disclose: 'trusted' } } });
  const outcome = await core.forward(exchange);
  if (outcome.kind !== 'failed') throw new Error('it did not fail');
  const { report, content } = answerFailure(exchange, outcome, core.name, exchange.settings.errors);
  expect(report).toMatchObject({ cause: 'configuration_error', reached: 'no', attemptCount: 1 });
  expect(content.body).toContain('headers.trust');
  const entry = { err: expect.any(HookError) as unknown, cause: 'configuration_error' };
  expect(logger.error).toHaveBeenCalledExactlyOnceWith(entry, expect.any(String));
});
