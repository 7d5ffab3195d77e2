// A `req.url` that the app had rewritten to characters that no URL may contain was called a bug in the gateway.
import { createRequestListener } from 'causeway-proxy/node';
import { expect, test } from 'vitest';
import { startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { makeGateway, serve } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

test.each(['/\u4e2d\u6587', '/\u{1f600}', '/a?b=\u0100'])('%s is refused', async (url) => {
  const backend = await startNamed('a');
  const { gateway, logs } = makeGateway({ backends: [backend.url] });
  const proxy = createRequestListener(gateway);
  const app = await serve((request, response) => {
    request.url = url;
    proxy(request, response);
  });
  expectFailure(await send(app.url), 'request_rejected', 400);
  expect([backend.requests, logs]).toEqual([[], []]);
});
