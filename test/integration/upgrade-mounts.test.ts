import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import express from 'express';
import Koa from 'koa';
import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';
import { createRequestListener } from 'causeway-proxy/node';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { startNamed } from '../support/live-backend.ts';
import { rawSocket, readRaw, send } from '../support/live-client.ts';
import { makeGateway, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { listen } from '../support/live-server.ts';
import { expectFailure } from '../support/live-problem.ts';
import { handshake, readResponseOn, requestFor } from '../support/live-upgrade.ts';
import { messageOn, openWebSocket, startWebSockets } from '../support/live-websocket.ts';

/** A backend that says which path it was asked for. */
function startTelling(name: string) {
  return startWebSockets((socket, { url }) => socket.on('message', () => socket.send(`${name} ${url}`)));
}

async function ask(url: string): Promise<string> {
  const socket = await openWebSocket(url);
  socket.send('?');
  return messageOn(socket);
}

describe('several gateways on one server', () => {
  test('each takes its own path alone, down to the segment', async () => {
    const [a, b, own] = [
      await startTelling('a'),
      await startTelling('b'),
      new WebSocketServer({ noServer: true }),
    ];
    own.on('connection', (socket) => socket.on('message', () => socket.send('own')));
    const first = forExpress(makeGateway({ backends: [a.url] }).gateway, {
      upgrade: { path: '/a', strip: true },
    });
    const second = forKoa(makeGateway({ backends: [b.url], upgrade: { path: '/b' } }).gateway);
    const server = createServer(express().use('/a', first))
      .on('upgrade', first.upgrade)
      .on('upgrade', second.upgrade);
    server.on('upgrade', (request, socket, head) => {
      if (/^\/[ab](?:$|[/?])/.test(request.url ?? '')) return;
      own.handleUpgrade(request, socket, head, (client) => own.emit('connection', client, request));
    });
    const { port } = await listen(server);
    const url = `http://127.0.0.1:${port}`;
    expect(await ask(`${url}/a`)).toBe('a /');
    expect(await ask(`${url}/a/`)).toBe('a /');
    expect(await ask(`${url}/a/x?y=1`)).toBe('a /x?y=1');
    expect(await ask(`${url}/a?y=1`)).toBe('a /?y=1');
    expect(await ask(`${url}/b`)).toBe('b /b');
    expect(await ask(`${url}/b/x`)).toBe('b /b/x');
    for (const other of ['/', '/ab', '/A', '/ba', '/x/a', '/%61']) expect(await ask(url + other)).toBe('own');
    expect([a.requests.length, b.requests.length]).toEqual([4, 2]);
  });

  test('without paths the first one takes all', async () => {
    const [a, b] = [await startTelling('a'), await startTelling('b')];
    const first = createRequestListener(makeGateway({ backends: [a.url] }).gateway);
    const second = createRequestListener(makeGateway({ backends: [b.url] }).gateway);
    const server = createServer(first).on('upgrade', first.upgrade).on('upgrade', second.upgrade);
    const { port } = await listen(server);
    for (const path of ['/', '/x']) expect(await ask(`http://127.0.0.1:${port}${path}`)).toBe(`a ${path}`);
    expect(b.requests).toEqual([]);
  });

  test('what nobody takes is left as it is, and cannot end the process', async () => {
    const backend = await startNamed('x');
    const proxy = createRequestListener(makeGateway({ backends: [backend.url] }).gateway, {
      upgrade: { path: '/a' },
    });
    let left: Socket | undefined;
    const server = createServer(proxy).on('upgrade', proxy.upgrade);
    server.on('upgrade', (_request, socket: Socket) => (left = socket));
    const { port } = await listen(server);
    const client = rawSocket(port);
    client.write(`${handshake('/b')}early`);
    await until('it came', () => left !== undefined);
    expect([left?.destroyed, left?.bytesWritten, left?.listenerCount('data')]).toEqual([false, 0, 0]);
    client.resetAndDestroy();
    await until('it is reset', () => left?.destroyed === true);
    expect(backend.requests).toEqual([]);
  });

  test('more than ten of them do not make Node warn of a leak', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const backend = await startTelling('a');
    const { gateway } = makeGateway({ backends: [backend.url] });
    const server = createServer().setMaxListeners(0);
    for (let i = 0; i < 15; i += 1) {
      server.on('upgrade', createRequestListener(gateway, { upgrade: { path: `/${i}` } }).upgrade);
    }
    const { port } = await listen(server);
    expect(await ask(`http://127.0.0.1:${port}/14`)).toBe('a /14');
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

describe('a path', () => {
  test.each([
    '/a/../b',
    '/a/%2e%2e/b',
    '/a/.%2E',
    '/a/..',
    '/a/x/..%2fb',
    '/a/..\\b',
    '/a/%5c..%5cb',
    '/a/..?x',
  ])('that climbs is refused: %s', async (target) => {
    const backend = await startNamed('x');
    const gateway = await startGateway('node', { backends: [backend.url], upgrade: { path: '/a' } });
    const socket = rawSocket(gateway.port);
    socket.write(handshake(target));
    expectFailure(await readResponseOn(socket), 'request_rejected', 400);
    expect(backend.requests).toEqual([]);
  });

  test.each(['/a/..b', '/a/x..', '/a/...', '/a/?../..', '/a/.'])(
    'that only looks so passes: %s',
    async (target) => {
      const backend = await startNamed('x');
      const gateway = await startGateway('node', { backends: [backend.url], upgrade: { path: '/a' } });
      const socket = rawSocket(gateway.port);
      socket.write(handshake(target));
      expect((await readResponseOn(socket)).status).toBe(200);
      expect(backend.requests.map(({ url }) => url)).toEqual([target]);
    },
  );

  test('in a target with a host is that of the target', async () => {
    const backend = await startNamed('x');
    const gateway = await startGateway('node', {
      backends: [backend.url],
      upgrade: { path: '/a', strip: true },
    });
    const socket = rawSocket(gateway.port);
    socket.write(handshake('http://shop.example/a/b'));
    expect((await readResponseOn(socket)).status).toBe(200);
    expect(backend.requests.map(({ url, headers }) => [url, headers.host])).toEqual([['/b', 'shop.example']]);
  });
});

describe('beside an upgrade listener', () => {
  test('plain requests go their way', async () => {
    const backend = await startTelling('a');
    const gateway = await startGateway('express', { backends: [backend.url] });
    expect((await send(gateway.url)).body.toString()).toBe('no WebSocket');
  });

  test('a server can keep offers of other protocols for its app, as plain requests', async () => {
    const backend = await startNamed('from the backend');
    const proxy = forExpress(makeGateway({ backends: [backend.url] }).gateway);
    const app = express();
    app.use((request, response, next) => {
      if (request.headers.authorization === undefined) response.status(401).send('who are you?');
      else next();
    });
    app.use(proxy);
    const isWebSocket = ({ headers }: { headers: NodeJS.Dict<string | string[]> }): boolean =>
      String(headers['upgrade']).toLowerCase() === 'websocket';
    const server = createServer({ shouldUpgradeCallback: isWebSocket }, app).on('upgrade', proxy.upgrade);
    const { port } = await listen(server);
    const socket = rawSocket(port);
    socket.write(requestFor('h2c').replace('Upgrade\r\n', 'Upgrade, close\r\n'));
    const sent = await readResponseOn(socket);
    expect([sent.status, sent.body.toString()]).toEqual([401, 'who are you?']);
  });

  test('of Koa, too', async () => {
    const backend = await startTelling('a');
    const { gateway } = makeGateway({ backends: [backend.url] });
    const proxy = forKoa(gateway, { upgrade: { path: '/chat', strip: true } });
    const app = new Koa().use(proxy);
    const { port } = await listen(
      createServer((request, response) => void app.callback()(request, response)).on(
        'upgrade',
        proxy.upgrade,
      ),
    );
    expect(await ask(`http://127.0.0.1:${port}/chat/1`)).toBe('a /1');
  });
});

test('an upgrade before an earlier request is answered ends the connection, and nothing else', async () => {
  const backend = await startWebSockets();
  const gateway = await startGateway('node', { backends: [backend.url] });
  const socket = rawSocket(gateway.port);
  socket.write(`GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${handshake('/chat')}`);
  expect((await readRaw(socket)).text).not.toContain('101');
  expect(backend.requests).toEqual([]);
  expect((await send(gateway.url)).status).toBe(404);
});
