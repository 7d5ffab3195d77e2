import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { CompatibleProxyOptions } from 'causeway-proxy/http-proxy-middleware';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedPort, startBackend, startNamed, startRaw } from '../../support/live-backend.ts';
import { begin, open, readResponse, responseOf, send, sendRaw } from '../../support/live-client.ts';
import { ourMiddleware, serveExpress, serveListener } from '../../support/live-compatible.ts';
import { until } from '../../support/live-measure.ts';
import { expectFailure } from '../../support/live-problem.ts';
import { handshake, readResponseOn } from '../../support/live-upgrade.ts';

/** What is wrong with http-proxy-middleware 4.2.1 and httpxy 0.5.6, as measured; and that nobody has it with us. */

const ONCE = { causeway: { retry: false } } as const;

async function start(options: CompatibleProxyOptions) {
  const middleware = ourMiddleware(options);
  return { ...(await serveExpress((app) => app.use(middleware))), middleware };
}

describe('failures', () => {
  test('a time limit is told from a reset', async () => {
    const silent = await startBackend((request) => void request.resume());
    const { url } = await start({ ...ONCE, target: silent.url, proxyTimeout: 50 });
    expectFailure(await send(url), 'first_byte_timeout');
  });

  test('each has its own name, and one status', async () => {
    const refused = await start({ ...ONCE, target: `http://127.0.0.1:${await closedPort()}` });
    expectFailure(await send(refused.url), 'connection_refused');
    const unknown = await start({ ...ONCE, target: 'http://nobody.invalid' });
    expect((await send(unknown.url)).headers['proxy-cause']).toMatch(/^dns_/);
    const tooLarge = await startRaw((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
    );
    expectFailure(
      await send((await start({ ...ONCE, target: tooLarge.url })).url),
      'response_headers_too_large',
    );
  });

  test('a reset in the middle of a body does not complete it, with an error text or without', async () => {
    const backend = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n');
      setTimeout(() => socket.resetAndDestroy(), 30);
    });
    const { url } = await start({ ...ONCE, target: backend.url });
    const sent = await send(url);
    expect([sent.status, sent.body.toString(), sent.complete]).toEqual([200, 'first', false]);
  });

  test('a reset is told to the user once', async () => {
    const backend = await startRaw((socket) => socket.resetAndDestroy());
    const codes: unknown[] = [];
    const error = (one: NodeJS.ErrnoException): void => void codes.push(one.code);
    const { url } = await start({ ...ONCE, target: backend.url, on: { error } });
    expectFailure(await send(url), 'closed_before_response');
    expect(codes).toEqual(['ECONNRESET']);
  });

  test('a client that leaves in the middle of its upload is told to the user once', async () => {
    const backend = await startBackend((request) => void request.resume());
    let told = 0;
    const { url } = await start({ target: backend.url, on: { econnreset: () => void (told += 1) } });
    const request = open(url, { method: 'POST', headers: { 'content-length': 1_000 } });
    request.write('part');
    await until('the request', () => backend.requests.length === 1);
    request.destroy();
    await until('the connection is closed', () => backend.sockets.size === 0);
    expect(told).toBe(1);
  });

  test('with the plugins ejected and no handler at all, the client is answered', async () => {
    const { url } = await start({
      ...ONCE,
      target: `http://127.0.0.1:${await closedPort()}`,
      ejectPlugins: true,
      plugins: [],
    });
    expectFailure(await send(url), 'connection_refused');
  });

  test('a response that a hook destroys fails, and the connection of the client lives on', async () => {
    const backend = await startNamed('a');
    const { url } = await start({
      ...ONCE,
      target: backend.url,
      selfHandleResponse: true,
      on: { proxyRes: (proxyRes) => void proxyRes.destroy() },
    });
    expectFailure(await send(url), 'response_truncated');
  });

  test.each([
    ['a status below 100', 'HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n'],
    ['101, which nobody asked for', 'HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
  ])('%s neither ends the process nor hangs', async (_what, bytes) => {
    const backend = await startRaw((socket) => void socket.write(bytes));
    const { url } = await start({ ...ONCE, target: backend.url });
    const { status, headers } = await send(url);
    expect([
      status,
      ['response_header_invalid', 'upgrade_failed'].includes(String(headers['proxy-cause'])),
    ]).toEqual([502, true]);
  });

  test('control bytes in the reason phrase do not end the process', async () => {
    const backend = await startRaw(
      (socket) => void socket.write('HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nok'),
    );
    const { url } = await start({ ...ONCE, target: backend.url });
    expect((await send(url)).status).toBeGreaterThanOrEqual(200);
  });

  test.each([{ followRedirects: true }, { autoRewrite: true }])(
    'with %o, a Location that is no URL does not end the process',
    async (options) => {
      const backend = await startRaw(
        (socket) =>
          void socket.write('HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n'),
      );
      const { url } = await start({ ...ONCE, target: backend.url, ...options });
      const sent = await send(url);
      expect([sent.status, sent.headers.location]).toEqual([302, 'http://[']);
    },
  );
});

describe('attempts', () => {
  /** Says no, and is asked again. */
  async function startUnwilling(): Promise<Awaited<ReturnType<typeof startBackend>>> {
    return startBackend((request, response) => {
      request.resume().on('end', () => response.writeHead(503).end());
    });
  }

  test('leave no listeners on the client’s request and response', async () => {
    const backends = await Promise.all([startUnwilling(), startUnwilling(), startUnwilling()]);
    const counts: number[] = [];
    const middleware = ourMiddleware({
      target: backends.map(({ url }) => url),
      causeway: { retry: { retries: 10 } },
      on: { proxyReq: () => undefined },
    });
    const { url } = await serveExpress((app) => {
      app.use((request, response, next) => {
        const before = request.listenerCount('error') + response.listenerCount('close');
        response.on('finish', () =>
          counts.push(request.listenerCount('error') + response.listenerCount('close') - before),
        );
        next();
      }, middleware);
    });
    await send(url);
    // Ours, once: for a client that leaves.
    expect(counts).toEqual([1]);
  });

  test('each begin with the path of the request, however often it is rewritten', async () => {
    const bad = await startUnwilling();
    const good = await startBackend((request, response) => response.end(request.url));
    const { url } = await start({
      target: [bad.url, good.url],
      pathRewrite: (path) => `/pre${path}`,
      causeway: { balance: 'round-robin' },
    });
    for (let i = 0; i < 4; i += 1) expect((await send(`${url}/x`)).body.toString()).toBe('/pre/x');
    expect(bad.requests.every((request) => request.url === '/pre/x')).toBe(true);
  });

  test('of a POST whose body has been sent come with the body again', async () => {
    const bad = await startUnwilling();
    const good = await startBackend((request, response) => void request.pipe(response));
    const { url } = await start({
      target: [bad.url, good.url],
      causeway: { retry: { when: () => true }, balance: 'round-robin' },
    });
    for (let i = 0; i < 4; i += 1) {
      expect((await send(url, { method: 'POST', body: 'all of it' })).body.toString()).toBe('all of it');
    }
  });

  test('that wait for a socket of the user’s agent are forgotten when they are given up', async () => {
    const silent = await startBackend((request) => void request.resume());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const { url } = await start({ target: silent.url, agent });
    const [first, second] = [open(url), open(url)];
    first.end();
    await until('the first', () => silent.requests.length === 1);
    second.end();
    await until('the second waits', () => Object.values(agent.requests).flat().length === 1);
    second.destroy();
    await until('it is forgotten', () => Object.values(agent.requests).flat().length === 0);
  });
});

describe('connections', () => {
  test('a client’s `timeout` adds no listener to its connection with each request', async () => {
    const backend = await startNamed('a');
    const middleware = ourMiddleware({ target: backend.url, timeout: 5_000 });
    const counts: number[] = [];
    const { url } = await serveListener((request, response) => {
      counts.push(request.socket.listenerCount('timeout'));
      void middleware(request, response);
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let i = 0; i < 12; i += 1) await send(url, { agent });
    expect(new Set(counts).size).toBe(1);
  });

  test('a client that closes its own does not close that of the backend, and is told nothing of it', async () => {
    const backend = await startBackend((_request, response) => {
      response.writeHead(200, { 'Keep-Alive': 'timeout=77', Connection: 'X-Inner', 'X-Inner': '1' }).end();
    });
    const { url } = await start({ target: backend.url });
    const sent = await send(url, {
      headers: { connection: 'close', te: 'trailers', 'proxy-authorization': 'x' },
    });
    await send(url);
    expect(sent.headers).not.toHaveProperty('x-inner');
    expect(backend.requests[0]?.headers).not.toHaveProperty('te');
    expect(backend.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(backend.accepted()).toBe(1);
  });

  test('an upload in chunks leaves its connection open', async () => {
    const backend = await startBackend((request, response) => void request.pipe(response));
    const { url } = await start({ target: backend.url });
    for (let i = 0; i < 3; i += 1) {
      await send(url, { method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: 'x' });
    }
    expect(backend.accepted()).toBe(1);
  });

  test('several middlewares on one server add next to nothing to it', async () => {
    const backend = await startNamed('a');
    const all = Array.from({ length: 12 }, () => ourMiddleware({ target: backend.url }));
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    let turn = 0;
    const { url } = await serveListener(
      (request, response) => void all[turn++ % all.length]?.(request, response),
    );
    for (let i = 0; i < 12; i += 1) await send(url);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.map(({ name }) => name)).not.toContain('MaxListenersExceededWarning');
  });
});

describe('messages', () => {
  test('trailers arrive', async () => {
    const backend = await startBackend((_request, response) => {
      response.writeHead(200, { Trailer: 'X-Sum' });
      response.write('x');
      response.addTrailers({ 'X-Sum': '42' });
      response.end();
    });
    const { url } = await start({ target: backend.url, on: { proxyRes: () => undefined } });
    expect((await send(url)).trailers).toEqual({ 'x-sum': '42' });
  });

  test('103 arrives', async () => {
    const backend = await startRaw((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n');
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    const { port } = await start({ target: backend.url });
    const { text } = await sendRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 103 [^]*HTTP\/1\.1 200 [^]*ok$/);
  });

  test('Expect hides no hook, and goes no further', async () => {
    const backend = await startBackend((request, response) => void request.pipe(response));
    const { url } = await start({
      target: backend.url,
      on: { proxyReq: (proxyReq) => void proxyReq.setHeader('x-hook', 'was here') },
    });
    const request = open(url, { method: 'POST', headers: { expect: '100-continue' } });
    request.flushHeaders();
    await once(request, 'continue');
    request.end('body');
    const { body } = await readResponse(await responseOf(request));
    const [seen] = backend.requests;
    expect([body.toString(), seen?.headers['x-hook'], seen?.headers.expect]).toEqual([
      'body',
      'was here',
      undefined,
    ]);
  });

  test.each([{}, { on: { proxyRes: () => undefined } }])(
    'the head of an event stream does not wait for an event: %o',
    async (options) => {
      const backend = await startBackend((_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      });
      const { url } = await start({ target: backend.url, ...options });
      const { request, response } = await begin(url);
      expect(response.statusCode).toBe(200);
      request.destroy();
      await until('the stream is closed', () => backend.sockets.size === 0);
    },
  );

  test('xfwd does not believe what anybody sends, and knows the port of an IPv6 host', async () => {
    const backend = await startBackend((request, response) => response.end(JSON.stringify(request.headers)));
    const { url } = await start({ target: backend.url, xfwd: true });
    const sent = await send(url, {
      headers: { host: '[::1]:8080', 'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'https' },
    });
    expect(JSON.parse(sent.body.toString())).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '8080',
      'x-forwarded-host': '[::1]:8080',
    });
  });

  test.each([
    ['a body parser in front', express.json(), 'application/json', '{"a": 1}', '{"a":1}'],
    ['text in front', express.text(), 'text/plain', 'hello', 'hello'],
  ])('%s hangs nothing, with fixRequestBody or without', async (_what, parser, type, body, arrived) => {
    const backend = await startBackend((request, response) => void request.pipe(response));
    const middleware = ourMiddleware({ target: backend.url });
    const { url } = await serveExpress((app) => app.use(parser, middleware));
    const sent = await send(url, { method: 'POST', headers: { 'content-type': type }, body });
    expect(sent.body.toString()).toBe(arrived);
  });

  test('a body that is gone is answered at once', async () => {
    const backend = await startNamed('a');
    const middleware = ourMiddleware({ target: backend.url });
    const swallow = (request: IncomingMessage, _response: ServerResponse, next: () => void): void => {
      request.on('end', next).resume();
    };
    const { url } = await serveExpress((app) => app.use(swallow, middleware));
    expectFailure(await send(url, { method: 'POST', body: 'x' }), 'request_body_consumed');
  });

  test('the logger knows the port of the very target', async () => {
    const [one, other] = [await startNamed('one'), await startNamed('other')];
    const lines: string[] = [];
    const keep = (line: string): void => void lines.push(line);
    const { url } = await start({
      target: [one.url, other.url],
      logger: { info: keep, warn: keep, error: keep },
      causeway: { balance: 'round-robin' },
    });
    for (let i = 0; i < 4; i += 1) await send(`${url}/x`);
    for (const { port } of [one, other]) {
      expect(lines.filter((line) => line.includes(`-> http://127.0.0.1:${port}/x [200]`))).toHaveLength(2);
    }
  });
});

describe('WebSockets', () => {
  async function startUpgrading(target: string) {
    const middleware = ourMiddleware({ ...ONCE, target, ws: true });
    const live = await serveExpress((app) => app.use(middleware));
    live.server.on('upgrade', middleware.upgrade as never);
    return live;
  }

  test('a handshake that fails is answered, with the cause', async () => {
    const { port } = await startUpgrading(`http://127.0.0.1:${await closedPort()}`);
    const socket = connect({ port, host: '127.0.0.1' });
    onTestFinished(() => void socket.destroy());
    socket.write(handshake());
    expectFailure(await readResponseOn(socket), 'connection_refused');
  });

  test('a client that resets its connection resets that of the backend', async () => {
    const closed: boolean[] = [];
    const server = createServer();
    server.on('upgrade', (_request, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
      );
      socket.on('error', () => undefined).on('close', () => closed.push(true));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const live = await startUpgrading(`http://127.0.0.1:${port}`);
    const socket = connect({ port: live.port, host: '127.0.0.1' });
    socket.write(handshake());
    await once(socket, 'data');
    socket.resetAndDestroy();
    await until('the backend knows', () => closed.length === 1);
  });
});
