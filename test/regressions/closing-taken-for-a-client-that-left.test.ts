// When close() gave up a POST under way, the answer said that nothing more was tried because the client had gone.
import { expect, test } from 'vitest';
import { failed } from '../../src/failure/failed.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { goesOut } from '../support/fake-forward.ts';
import { runRetry } from '../support/fake-retry.ts';
import { startBackend } from '../support/live-backend.ts';
import { open, readResponse, responseOf } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { problemOf } from '../support/live-problem.ts';
import { until } from '../support/live-measure.ts';

test('a client that is still there is told the truth', async () => {
  const backend = await startBackend(() => undefined);
  const errors = { disclose: 'trusted' } as const;
  const gateway = await startGateway('node', { backends: [backend.url], errors });
  const request = open(gateway.url, { method: 'POST' });
  const arrived = responseOf(request);
  request.end('x');
  await until('the POST is under way', () => backend.requests.length === 1);
  await gateway.gateway.close({ timeoutMs: 1 });
  const response = await arrived;
  const { body } = await readResponse(response);
  expect(problemOf({ body, headers: response.headers })).toMatchObject({
    reached: 'maybe',
    stopped: 'no_other_backend',
  });
});

test.each([
  ['no_healthy_backend', 'no_other_backend'],
  ['client_aborted', 'client_gone'],
  ['request_body_timeout', 'client_gone'],
  ['deadline_exceeded', 'deadline'],
] as const)('given up in a pause for %s: %s', async (cause, stopped) => {
  const clock = new FakeClock();
  const exchange = fakeExchange();
  const refused = goesOut(failed('connection_refused'));
  const run = runRetry(exchange, { clock }, refused, (waiting) => {
    const reason = failed(cause);
    waiting.cancel(reason);
    return reason;
  });
  await run.outcome;
  expect(exchange.stopped).toBe(stopped);
});
