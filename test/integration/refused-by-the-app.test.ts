import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';
import express, { type NextFunction, type Request, type Response } from 'express';
import Koa from 'koa';
import { expect, test } from 'vitest';
import { sendRaw } from '../support/live-client.ts';
import { makeGateway, serve } from '../support/live-gateway.ts';
import { startRecorder } from '../support/live-recorder.ts';

const TWO_HOSTS = 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n';
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';

test.each(['express', 'koa'])(
  '%s: where the app answers, nothing behind a refusal is read either',
  async (how) => {
    const backend = await startRecorder();
    const { gateway } = makeGateway({ backends: [backend.url], errors: { deliver: 'next' } });
    const koa = new Koa().use(forKoa(gateway));
    koa.silent = true;
    const app = express()
      .use(forExpress(gateway))
      .use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
        response.status(400).end('no');
      });
    const { port } = await serve(how === 'koa' ? koa.callback() : app);
    const { text } = await sendRaw(port, TWO_HOSTS + SMUGGLED);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toMatch(/\r\nConnection: close\r\n/i);
    expect(backend.requests).toEqual([]);
  },
);
