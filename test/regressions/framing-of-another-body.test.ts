// Headers that an app had set for a body of its own stayed on a relayed response, and cut it off in a wrong place.
import { Agent } from 'node:http';
import { createProxyMiddleware } from 'causeway-proxy/express';
import { createRequestListener } from 'causeway-proxy/node';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedPort, startBackend } from '../support/live-backend.ts';
import { type SendOptions, send } from '../support/live-client.ts';
import { type Handler, makeGateway, serve } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

type Mounted = (backend: string, name: string, value: string) => Handler;

const MOUNTED: Readonly<Record<string, Mounted>> = {
  express: (backend, name, value) => {
    const { gateway } = makeGateway({ backends: [backend] });
    const app = express().use((_request, response, next) => {
      response.setHeader(name, value);
      next();
    });
    return app.use(createProxyMiddleware(gateway));
  },
  node: (backend, name, value) => {
    const proxy = createRequestListener(makeGateway({ backends: [backend] }).gateway);
    return (request, response) => {
      response.setHeader(name, value);
      proxy(request, response);
    };
  },
};

/** One connection for all requests. */
function keptAlive(): SendOptions {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return { agent };
}

const HEADERS: readonly [string, string][] = [
  ['Content-Length', '5'],
  ['Transfer-Encoding', 'chunked'],
  ['Content-Encoding', 'gzip'],
  ['Content-Range', 'bytes 0-1/2'],
  ['Trailer', 'X-Sum'],
];

describe.each(Object.keys(MOUNTED))('%s', (adapter) => {
  const mount: Mounted = (...given) => MOUNTED[adapter]?.(...given) ?? (() => undefined);

  test.each(HEADERS)('%s: %s, and the response of a backend', async (name, value) => {
    const backend = await startBackend((request, response) => {
      if (request.url === '/sized') response.setHeader('Content-Length', 11);
      response.write('hello ');
      response.end('world');
    });
    const app = await serve(mount(backend.url, name, value));
    const options = keptAlive();
    for (const path of ['/sized', '/chunked', '/sized', '/chunked']) {
      const sent = await send(app.url + path, options);
      expect([sent.body.toString(), sent.complete]).toEqual(['hello world', true]);
      const framing = path === '/sized' ? ['11', undefined] : [undefined, 'chunked'];
      expect([sent.headers['content-length'], sent.headers['transfer-encoding']]).toEqual(framing);
      for (const other of ['content-encoding', 'content-range', 'trailer']) {
        expect(sent.headers).not.toHaveProperty(other);
      }
    }
    expect(app.accepted()).toBe(1);
  });

  test.each(HEADERS)('%s: %s, and an answer of our own', async (name, value) => {
    const app = await serve(mount(`http://127.0.0.1:${await closedPort()}`, name, value));
    const options = keptAlive();
    for (let i = 0; i < 2; i += 1) {
      const sent = await send(app.url, options);
      expectFailure(sent, 'connection_refused');
      for (const other of ['content-encoding', 'content-range', 'trailer', 'transfer-encoding']) {
        expect(sent.headers).not.toHaveProperty(other);
      }
    }
    expect(app.accepted()).toBe(1);
  });
});
