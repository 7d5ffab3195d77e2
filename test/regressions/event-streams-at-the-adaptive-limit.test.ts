// With limits.adaptive, twenty open event streams took all places of a backend, for hours: no request got through.
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { begin, send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

const STREAMS = 50;

test('event streams leave the adaptive limit to requests, and never exceed perBackend', async () => {
  const open: ServerResponse[] = [];
  const backend = await startBackend((request, response) => {
    if (request.url !== '/events') return response.end('ok');
    open.push(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: x\n\n');
  });
  const limits = { adaptive: true, perBackend: STREAMS + 10, queueMs: 5_000 };
  const { url, gateway } = await startGateway('node', { backends: [backend.url], limits });
  const streams = await Promise.all(Array.from({ length: STREAMS }, () => begin(`${url}/events`)));
  expect(streams.map(({ response }) => response.statusCode)).toEqual(streams.map(() => 200));
  expect((await send(url)).status).toBe(200);
  expect(gateway.backends.list()).toMatchObject([{ pending: STREAMS, limit: STREAMS + 10 }]);
  for (const [i, { request }] of streams.entries()) {
    if (i % 2 === 0) request.destroy();
    else open[i]?.end();
  }
  await until('all of them are over', () => gateway.backends.list()[0]?.pending === 0);
  expect(gateway.backends.list()).toMatchObject([{ pending: 0, limit: 20 }]);
});
