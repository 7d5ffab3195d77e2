// A request with a body that waited for a free slot had no deadline: nobody had read its body yet.
import { expect, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { open, send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

test.each([
  ['GET', undefined],
  ['POST', 'a body'],
])('a queued %s is answered at its deadline', async (method, body) => {
  const backend = await startBackend(() => undefined);
  const gateway = await startGateway('node', {
    backends: [backend.url],
    limits: { perBackend: 1, queueMs: 1_000 },
    timeouts: { deadlineMs: 200 },
    retry: false,
  });
  // Takes the only slot, and keeps it: its body does not end.
  open(gateway.url, { method: 'POST' }).write('x');
  await until('the slot is taken', () => backend.requests.length === 1);
  const sent = await send(gateway.url, { method, ...(body !== undefined && { body }) });
  expectFailure(sent, 'deadline_exceeded');
  expect(backend.requests).toHaveLength(1);
});
