// When a middleware's `res.write` threw, the backend was said to have broken off, and its breaker counted it.
import { createRequestListener } from 'causeway-proxy/node';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { begin, readResponse } from '../support/live-client.ts';
import { makeGateway, serve } from '../support/live-gateway.ts';

test('it is nobody else’s fault, and the response is broken off', async () => {
  const responses: ServerResponse[] = [];
  const backend = await startBackend((_request, response) => {
    responses.push(response);
    response.flushHeaders();
  });
  const options = { backends: [backend.url], breaker: { consecutiveFailures: 1, minRequests: 1 } };
  const { gateway, logs } = makeGateway(options, { expectErrors: true });
  const causes: unknown[] = [];
  const changes: unknown[] = [];
  gateway.on('attempt', ({ cause }) => causes.push(cause));
  gateway.on('breaker', (change) => changes.push(change));
  const proxy = createRequestListener(gateway);
  const app = await serve((request, response) => {
    response.write = () => {
      throw new Error('oops');
    };
    proxy(request, response);
  });
  const { response } = await begin(app.url);
  responses[0]?.end('a body that comes later');
  const { body, complete } = await readResponse(response);
  expect([body.length, complete]).toEqual([0, false]);
  expect([causes, changes]).toEqual([['gateway_error'], []]);
  expect(logs.map(({ details }) => String((details as { err?: unknown }).err))).toEqual(['Error: oops']);
});
