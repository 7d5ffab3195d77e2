// Behind a body parser, the second of two pipelined POSTs was never answered: its message closes once it has been read.
import bodyParser from '@koa/bodyparser';
import type { Gateway } from 'causeway-proxy';
import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';
import express from 'express';
import Koa from 'koa';
import { expect, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { readAllFrom, sendRaw } from '../support/live-client.ts';
import { type Handler, makeGateway, serve } from '../support/live-gateway.ts';

const APPS: Readonly<Record<string, (gateway: Gateway) => Handler>> = {
  express: (gateway) => express().use(express.json(), forExpress(gateway)),
  koa: (gateway) => new Koa().use(bodyParser()).use(forKoa(gateway)).callback(),
};

function post(body: string, connection: string): string {
  const head = ['POST / HTTP/1.1', 'Host: a', 'Content-Type: application/json', `Connection: ${connection}`];
  return [...head, `Content-Length: ${body.length}`, '', body].join('\r\n');
}

test.each(Object.entries(APPS))('all of them are answered, in order, %s', async (_name, app) => {
  const arrived: string[] = [];
  const backend = await startBackend((request, response) => {
    void readAllFrom(request).then((body) => {
      arrived.push(body.toString());
      response.end('ok');
    });
  });
  const { gateway } = makeGateway({ backends: [backend.url] });
  const { port } = await serve(app(gateway));
  const bodies = ['{"n":1}', '{"n":2}', '{"n":3}'];
  const { text } = await sendRaw(
    port,
    bodies.map((body, i) => post(body, i === 2 ? 'close' : 'keep-alive')).join(''),
  );
  expect(text.match(/HTTP\/1\.1 200 /g)).toHaveLength(3);
  expect(arrived).toEqual(bodies);
});
