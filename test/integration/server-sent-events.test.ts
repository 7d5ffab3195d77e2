import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { startBackend } from '../support/live-backend.ts';
import { begin } from '../support/live-client.ts';
import { ADAPTERS, makeGateway, serve, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

describe.each(ADAPTERS)('server-sent events, %s', (adapter) => {
  test('head and events reach the client at once', async () => {
    let events: ServerResponse | undefined;
    const backend = await startBackend((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      events = response;
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const { request, response } = await begin(gateway.url);
    expect(response.headers['content-type']).toBe('text/event-stream');
    for (const data of ['data: 1\n\n', 'data: 2\n\n']) {
      const arrived = once(response, 'data') as Promise<[Buffer]>;
      events?.write(data);
      expect((await arrived)[0].toString()).toBe(data);
    }
    request.destroy();
    await until('the backend connection is closed', () => backend.sockets.size === 0);
  });
});

/** Holds back what is written until it is flushed, as compression does. */
function holdBack(_request: Request, response: Response, next: NextFunction): void {
  const write = response.write.bind(response) as (chunk: unknown) => boolean;
  const held: unknown[] = [];
  response.write = ((chunk: unknown) => held.push(chunk) > 0) as typeof response.write;
  Object.assign(response, { flush: () => held.splice(0).forEach((chunk) => write(chunk)) });
  next();
}

test('a middleware that holds data back is told to let go', async () => {
  const backend = await startBackend((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const { gateway } = makeGateway({ backends: [backend.url] });
  const { url } = await serve(express().use(holdBack, forExpress(gateway)));
  const { response } = await begin(url);
  const [first] = (await once(response, 'data')) as [Buffer];
  expect(first.toString()).toBe('data: 1\n\n');
});

test('a head without a body yet reaches the client at once, whatever its type', async () => {
  const backend = await startBackend((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
  });
  const gateway = await startGateway('node', { backends: [backend.url] });
  const { response } = await begin(gateway.url);
  expect(response.statusCode).toBe(200);
});
