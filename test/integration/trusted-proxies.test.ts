import { createServer, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeaderOptions } from 'causeway-proxy';
import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';
import express from 'express';
import Koa from 'koa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type LiveBackend, startBackend, startNamed } from '../support/live-backend.ts';
import { ourMiddleware } from '../support/live-compatible.ts';
import { readRaw, send, sendRaw } from '../support/live-client.ts';
import { ADAPTERS, appOf, type Handler, makeGateway, serve, startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';
import { listen } from '../support/live-server.ts';

const CLAIMS = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https', 'x-real-ip': '203.0.113.9' };
const BELIEVED = {
  'x-forwarded-for': '203.0.113.9, 127.0.0.1',
  'x-forwarded-proto': 'https',
  'x-real-ip': '203.0.113.9',
};
const NOT_BELIEVED = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' };

function lastHeaders({ requests }: LiveBackend): IncomingHttpHeaders {
  return requests.at(-1)?.headers ?? {};
}

async function claimTo(handler: Handler, backend: LiveBackend): Promise<IncomingHttpHeaders> {
  const { url } = await serve(handler);
  expect((await send(`${url}/x`, { headers: CLAIMS })).status).toBe(200);
  return lastHeaders(backend);
}

describe("Express's trust proxy", () => {
  async function behind(setting: unknown, headers: HeaderOptions = {}): Promise<IncomingHttpHeaders> {
    const backend = await startNamed('a');
    const { gateway } = makeGateway({ backends: [backend.url], headers });
    const app = express();
    if (setting !== undefined) app.set('trust proxy', setting);
    return claimTo(app.use(forExpress(gateway)), backend);
  }

  test.each<[unknown]>([
    [true],
    [1],
    ['loopback'],
    ['10.0.0.0/8, 127.0.0.1'],
    [(address: string, hop: number) => address === '127.0.0.1' && hop === 0],
  ])('%s: this peer is believed', async (setting) => {
    expect(await behind(setting)).toMatchObject(BELIEVED);
  });

  test.each<[unknown]>([[undefined], [false], [0], ['10.0.0.0/8'], [() => 'yes']])(
    '%s: this one is not',
    async (setting) => {
      const headers = await behind(setting);
      expect(headers).toMatchObject(NOT_BELIEVED);
      expect(headers).not.toHaveProperty('x-real-ip');
    },
  );

  test('headers.trust has the last word', async () => {
    expect(await behind(true, { trust: false })).toMatchObject(NOT_BELIEVED);
    expect(await behind(false, { trust: true })).toMatchObject(BELIEVED);
    expect(await behind(true, { trust: () => false })).toMatchObject(NOT_BELIEVED);
  });

  test('a router or an app in an app goes by what is set above it', async () => {
    const backend = await startNamed('a');
    const { gateway } = makeGateway({ backends: [backend.url] });
    const inner = express().use(forExpress(gateway));
    const app = express().set('trust proxy', true).use('/x', inner);
    expect(await claimTo(app, backend)).toMatchObject(BELIEVED);
    const routed = express()
      .set('trust proxy', true)
      .use(express.Router().use(forExpress(gateway)));
    expect(await claimTo(routed, backend)).toMatchObject(BELIEVED);
  });

  test('a function there that throws is a configuration error', async () => {
    const backend = await startNamed('a');
    const { gateway } = makeGateway({ backends: [backend.url] }, { expectErrors: true });
    const boom = (): never => {
      throw new Error('oops');
    };
    const { url } = await serve(express().set('trust proxy', boom).use(forExpress(gateway)));
    const problem = expectFailure(await send(url), 'configuration_error');
    expect(problem['remedy']).toContain('trust proxy');
    expect(backend.requests).toHaveLength(0);
  });
});

test('the drop-in for http-proxy-middleware asks Express as well', async () => {
  const backend = await startNamed('a');
  const proxy = ourMiddleware({ target: backend.url });
  expect(await claimTo(express().set('trust proxy', true).use(proxy), backend)).toMatchObject(BELIEVED);
  expect(await claimTo(express().use(proxy), backend)).toMatchObject(NOT_BELIEVED);
});

test.each([
  [true, BELIEVED],
  [false, NOT_BELIEVED],
])("Koa's app.proxy: %s", async (proxy, expected) => {
  const backend = await startNamed('a');
  const { gateway } = makeGateway({ backends: [backend.url] });
  const app = new Koa({ proxy }).use(forKoa(gateway));
  expect(await claimTo(app.callback(), backend)).toMatchObject(expected);
});

describe.each(ADAPTERS)('who the client is, %s', (adapter) => {
  test('underscores do not make another name of a header that is ours', async () => {
    const backend = await startNamed('a');
    const gateway = await startGateway(adapter, { backends: [backend.url], headers: { trust: true } });
    const twins = ['X_Forwarded_For: 6.6.6.6', 'x_forwarded-proto: https', 'X-Real_IP: 6.6.6.6'];
    const framing = ['Content_Length: 5', 'Transfer_Encoding: chunked', 'X_Request_Id: mine'];
    const lines = [
      'GET / HTTP/1.1',
      'Host: a',
      'Connection: close',
      ...twins,
      ...framing,
      'X_Own: 1',
      '\r\n',
    ];
    expect((await sendRaw(gateway.port, lines.join('\r\n'))).text).toMatch(/^HTTP\/1\.1 200 /);
    const names = Object.keys(lastHeaders(backend));
    expect(names.filter((name) => name.includes('_'))).toEqual(['x_own']);
  });

  test('Forwarded, on request', async () => {
    const backend = await startNamed('a');
    const options = { backends: [backend.url], headers: { forwarded: true } };
    const wary = await startGateway(adapter, options);
    const sent = { host: 'shop.example:8080', forwarded: 'for=6.6.6.6' };
    await send(wary.url, { headers: sent });
    const ours = 'for=127.0.0.1;host="shop.example:8080";proto=http';
    expect(lastHeaders(backend)['forwarded']).toBe(ours);
    const trusting = await startGateway(adapter, { ...options, headers: { forwarded: true, trust: true } });
    await send(trusting.url, { headers: sent });
    expect(lastHeaders(backend)['forwarded']).toBe(`for=6.6.6.6, ${ours}`);
  });

  test('a peer on IPv6, and one on a Unix socket', async () => {
    const backend = await startNamed('a');
    const { gateway } = makeGateway({ backends: [backend.url], headers: { forwarded: true } });
    const { handler } = appOf(adapter, gateway);
    const server = () => createServer((request, response) => void handler(request, response));
    const { port } = await listen(server(), { host: '::1', port: 0 });
    await send(`http://[::1]:${port}/`, { headers: { host: 'a' } });
    expect(lastHeaders(backend)).toMatchObject({
      'x-forwarded-for': '::1',
      forwarded: 'for="[::1]";host=a;proto=http',
    });
    const folder = mkdtempSync(join(tmpdir(), 'causeway-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'gateway.sock');
    await listen(server(), { path });
    const socket = connect({ path });
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect((await readRaw(socket)).text).toMatch(/^HTTP\/1\.1 200 /);
    expect(lastHeaders(backend)['forwarded']).toBe('for=unknown;host=a;proto=http');
    expect(lastHeaders(backend)).not.toHaveProperty('x-forwarded-for');
  });

  test('naming such headers in Connection strips nothing, either way', async () => {
    const backend = await startBackend((_request, response) => {
      response.writeHead(200, {
        Connection: 'close, Set-Cookie, Content-Type, Strict-Transport-Security, X-Forwarded-Port, X-Hop',
        'Set-Cookie': 'a=1',
        'Content-Type': 'text/plain',
        'Strict-Transport-Security': 'max-age=1',
        'X-Hop': '1',
      });
      response.end('ok');
    });
    const gateway = await startGateway(adapter, { backends: [backend.url], headers: { trust: true } });
    const sent = await send(gateway.url, {
      headers: {
        connection: 'close, x-forwarded-port, x-real-ip, forwarded, authorization',
        'x-forwarded-port': '443',
        'x-real-ip': '203.0.113.9',
        forwarded: 'for=203.0.113.9',
        authorization: 'Basic eDp5',
      },
    });
    expect(lastHeaders(backend)).toMatchObject({
      'x-forwarded-port': '443',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
      authorization: 'Basic eDp5',
    });
    expect(sent.headers).toMatchObject({
      'set-cookie': ['a=1'],
      'content-type': 'text/plain',
      'strict-transport-security': 'max-age=1',
    });
    expect(sent.headers).not.toHaveProperty('x-hop');
  });
});

test('a deadline that a client sends with underscores does not reach the backend', async () => {
  const backend = await startNamed('a');
  const timeouts = { deadlineHeader: 'X-Request-Timeout-Ms' };
  const gateway = await startGateway('node', { backends: [backend.url], timeouts });
  await send(gateway.url, { headers: { 'X_Request_Timeout-Ms': '1' } });
  expect(lastHeaders(backend)).not.toHaveProperty('x_request_timeout-ms');
  expect(Number(lastHeaders(backend)['x-request-timeout-ms'])).toBeGreaterThan(50_000);
});
