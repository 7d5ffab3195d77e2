// An attempt that a throwing `headers.trust` ended had no `attempt` event.
import type { AttemptEvent } from 'causeway-proxy';
import { expect, test } from 'vitest';
import { startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

test('an attempt that a function of the user ended has its event', async () => {
  const backend = await startNamed('a');
  const trust = (): never => {
    throw new Error('oops');
  };
  const options = { backends: [backend.url], headers: { trust } };
  const { gateway, url } = await startGateway('node', options, { expectErrors: true });
  const attempts: AttemptEvent[] = [];
  gateway.on('attempt', (event) => void attempts.push(event));
  expectFailure(await send(url), 'configuration_error');
  await until('the event', () => attempts.length > 0);
  expect(attempts).toMatchObject([{ number: 1, cause: 'configuration_error', reached: 'no' }]);
});
