import { expect, test } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import { startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';

test('after five minutes a connection is replaced, however busy it is', async () => {
  const backend = await startNamed('ok');
  let aheadMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  const gateway = await startGateway('node', { backends: [backend.url], clock });
  for (let minute = 0; minute < 12; minute += 1) {
    // Never idle for longer than half a second, as the clock of the gateway has it.
    for (let i = 0; i < 120; i += 1) {
      expect((await send(gateway.url)).status).toBe(200);
      aheadMs += 500;
    }
  }
  expect(backend.accepted()).toBe(3);
});
