// A `headers.trust` that threw left the timer of its attempt running, and set anew each time it fired, for ever.
import { expect, test, vi } from 'vitest';
import { createGateway } from '../../src/gateway.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';

test('no timer is left when a hook throws', async () => {
  const clock = new FakeClock();
  const logger = { warn: vi.fn(), error: vi.fn() };
  const { core } = createGateway({ backends: ['http://a'], clock, logger, breaker: false }).mount();
  const trust = (): never => {
    throw new Error('oops');
  };
  const outcome = await core.forward(
    fakeExchange({ startedAt: clock.now(), settings: { headers: { trust } } }),
  );
  expect(outcome).toMatchObject({ cause: 'configuration_error' });
  expect(clock.pending).toBe(0);
});
