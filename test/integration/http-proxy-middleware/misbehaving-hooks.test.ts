import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { createGateway } from 'causeway-proxy';
import {
  type CompatibleProxyOptions,
  httpProxyMiddleware,
  responseInterceptor,
} from 'causeway-proxy/http-proxy-middleware';
import { createRequestListener } from 'causeway-proxy/node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedPort, startBackend, startNamed, startRaw } from '../../support/live-backend.ts';
import { begin, send } from '../../support/live-client.ts';
import { ourMiddleware, serveExpress, serveListener } from '../../support/live-compatible.ts';
import { until } from '../../support/live-measure.ts';
import { expectFailure } from '../../support/live-problem.ts';
import { openWebSocket, startWebSockets } from '../../support/live-websocket.ts';

/** Neither crash nor hang: whatever hooks, plugins and handlers do. A crash fails the test file by itself. */

function boom(): never {
  throw new Error('thrown on purpose');
}

async function start(options: CompatibleProxyOptions) {
  const middleware = ourMiddleware({ ...options, causeway: { retry: false, ...options.causeway } });
  return { ...(await serveExpress((app) => app.use(middleware))), ...middleware };
}

const PLUGIN = (event: string) => (server: { on(name: string, listener: () => void): unknown }) =>
  void server.on(event, boom);

describe('what throws fails its request, by name, and is logged', () => {
  test.each<[string, CompatibleProxyOptions, string]>([
    ['on.start', { on: { start: boom } }, 'on.start'],
    ['on.proxyReq', { on: { proxyReq: boom } }, 'on.proxyReq'],
    [
      'on.proxyReq, async',
      { on: { proxyReq: (() => Promise.reject(new Error('later'))) as never } },
      'on.proxyReq',
    ],
    ['on.proxyRes', { on: { proxyRes: boom } }, 'on.proxyRes'],
    [
      'on.proxyRes, async',
      { selfHandleResponse: true, on: { proxyRes: () => Promise.reject(new Error('later')) } },
      'on.proxyRes',
    ],
    ['a plugin for proxyReq', { plugins: [PLUGIN('proxyReq') as never] }, 'on.proxyReq'],
    ['a plugin for proxyRes', { plugins: [PLUGIN('proxyRes') as never] }, 'on.proxyRes'],
    [
      'an interceptor',
      {
        selfHandleResponse: true,
        on: { proxyRes: responseInterceptor(() => Promise.reject(new Error('later'))) },
      },
      'responseInterceptor',
    ],
  ])('%s', async (_what, options, hook) => {
    const backend = await startNamed('a');
    const { url, logs } = await start({ target: backend.url, ...options });
    const problem = expectFailure(await send(url), 'configuration_error');
    expect(problem['remedy']).toContain(hook);
    expect(logs.map(({ message }) => message)).toEqual(['a configured function threw']);
    // And the next request is none the worse for it.
    expect((await send(url)).status).toBe(502);
  });

  test('a listener that a hook has added breaks the response off', async () => {
    const backend = await startNamed('a');
    const { url, logs } = await start({
      target: backend.url,
      on: { proxyReq: (proxyReq) => void proxyReq.on('response', boom) },
    });
    // Perhaps even before its head is out.
    const isComplete = send(url).then(
      ({ complete }) => complete,
      () => false,
    );
    expect(await isComplete).toBe(false);
    expect(logs.map(({ message }) => message)).toEqual(['a configured function threw']);
  });

  test('after the head, the response breaks off', async () => {
    const backend = await startBackend((_request, response) => {
      response.write('first');
      setTimeout(() => response.end('second'), 50);
    });
    const { url, logs } = await start({
      target: backend.url,
      on: {
        proxyRes: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          boom();
        },
      },
    });
    const sent = await send(url);
    expect([sent.status, sent.complete]).toEqual([200, false]);
    expect(logs).toHaveLength(1);
  });

  test('on.proxyReqWs, on.open and on.close', async () => {
    const backend = await startWebSockets();
    const bad = await start({ target: backend.url, ws: true, on: { proxyReqWs: boom } });
    await send(bad.url);
    await expect(openWebSocket(bad.url)).rejects.toThrow('502');
    const late = await start({ target: backend.url, ws: true, on: { open: boom, close: boom } });
    await send(late.url);
    const socket = await openWebSocket(late.url);
    socket.close();
    await until('the tunnel is over', () => late.gateway.backends.list()[0]?.tunnels === 0);
  });

  test.each<[string, CompatibleProxyOptions]>([
    ['pathRewrite', { pathRewrite: boom }],
    ['router', { router: boom }],
    ['router, with no target', { router: () => 'no url' }],
  ])('%s goes to the error handler of the app', async (_what, options) => {
    const backend = await startNamed('a');
    const middleware = ourMiddleware({ target: backend.url, ...options });
    const { url } = await serveExpress((app) => {
      app.use(middleware);
      app.use((error: Error, _request: unknown, response: ServerResponse, _next: unknown) => {
        response.writeHead(500).end(error.message);
      });
    });
    const sent = await send(url);
    expect([sent.status, sent.body.toString()]).toEqual([
      500,
      expect.stringMatching(/on purpose|Invalid URL/),
    ]);
    // Without an app around it, it is answered all the same.
    const alone = ourMiddleware({ target: backend.url, ...options });
    const plain = await serveListener((request, response) => void alone(request, response));
    expect((await send(plain.url)).status).toBe(502);
  });

  test('pathFilter lets the request pass, as in http-proxy-middleware', async () => {
    const { url } = await start({ target: 'http://127.0.0.1:9', pathFilter: boom });
    expect((await send(url)).status).toBe(404);
  });
});

describe('a hook that never answers', () => {
  test('is waited for as long as the backend sends, and once more', async () => {
    const backend = await startNamed('a');
    const { url } = await start({
      target: backend.url,
      selfHandleResponse: true,
      on: { proxyRes: (proxyRes) => void proxyRes.resume() },
      causeway: { timeouts: { firstByteMs: 50, idleMs: 50 }, retry: false },
    });
    const problem = expectFailure(await send(url), 'configuration_error');
    expect(problem['remedy']).toContain('on.proxyRes');
  });

  test('and collects a body of a backend that stalls, is told so', async () => {
    const backend = await startBackend((_request, response) => void response.write('part'));
    const { url } = await start({
      target: backend.url,
      selfHandleResponse: true,
      on: { proxyRes: responseInterceptor((body) => Promise.resolve(body)) },
      causeway: { timeouts: { firstByteMs: 50, idleMs: 50 }, retry: false },
    });
    expectFailure(await send(url), 'body_idle_timeout');
  });

  test('may take longer than the first byte', async () => {
    const backend = await startNamed('a');
    const { url } = await start({
      target: backend.url,
      selfHandleResponse: true,
      on: {
        proxyRes: responseInterceptor(async (body) => {
          await new Promise((resolve) => setTimeout(resolve, 200));
          return body;
        }),
      },
      causeway: { timeouts: { firstByteMs: 50 } },
    });
    expect((await send(url)).body.toString()).toBe('a');
  });
});

describe('an intercepted body', () => {
  const intercepting: CompatibleProxyOptions = {
    selfHandleResponse: true,
    on: { proxyRes: responseInterceptor((body) => Promise.resolve(body)) },
  };

  test('that breaks off is no complete response', async () => {
    const backend = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart');
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    const { url } = await start({ target: backend.url, ...intercepting });
    expectFailure(await send(url), 'response_truncated');
  });

  test.each([
    ['is no gzip', Buffer.from('not gzip at all')],
    ['is cut off', gzipSync('x'.repeat(1_000)).subarray(0, 20)],
  ])('that %s, though it says so, is called by its name', async (_what, bytes) => {
    const backend = await startBackend((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': bytes.length }).end(bytes);
    });
    const { url } = await start({ target: backend.url, ...intercepting });
    expectFailure(await send(url), 'response_coding_error');
  });
});

describe('an error handler', () => {
  const failing = async (error: NonNullable<CompatibleProxyOptions['on']>['error']) =>
    start({ target: `http://127.0.0.1:${await closedPort()}`, on: { error } } as CompatibleProxyOptions);

  test('that only looks leaves the answer to the gateway', async () => {
    const seen: unknown[] = [];
    const { url } = await failing((error, request, _response, target) => {
      seen.push((error as NodeJS.ErrnoException).code, request.url, (target as URL).hostname);
    });
    expectFailure(await send(`${url}/x`), 'connection_refused');
    expect(seen).toEqual(['ECONNREFUSED', '/x', '127.0.0.1']);
  });

  test('that throws does not keep the client from its answer', async () => {
    expectFailure(await send((await failing(boom)).url), 'connection_refused');
    const { url } = await failing(() => Promise.reject(new Error('later')) as never);
    expectFailure(await send(url), 'connection_refused');
  });

  test('that answers by and by is waited for', async () => {
    const { url } = await failing((async (_error: Error, _request: unknown, response: ServerResponse) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      response.writeHead(503).end('by and by');
    }) as never);
    const sent = await send(url);
    expect([sent.status, sent.body.toString()]).toEqual([503, 'by and by']);
  });

  test('that comes back when it is too late breaks nothing', async () => {
    let isBack = false;
    const { url } = await failing((_error, _request, response) => {
      setTimeout(() => {
        (response as ServerResponse).writeHead(500, { 'X-Late': '1' }).end('too late');
        isBack = true;
      }, 30);
    });
    expectFailure(await send(url), 'connection_refused');
    await until('it is back', () => isBack);
  });

  test('is told of a response that breaks off, and cannot complete it', async () => {
    const backend = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart');
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    let told = 0;
    const { url } = await start({
      target: backend.url,
      on: {
        error: (_error, _request, response) => {
          told += 1;
          (response as ServerResponse).writeHead(500).end('x'.repeat(96));
        },
      },
    });
    const sent = await send(url);
    expect([sent.status, sent.body.toString(), sent.complete, told]).toEqual([200, 'part', false, 1]);
  });

  test('is asked when nothing is left to try, not for each attempt', async () => {
    const [dead, good] = [`http://127.0.0.1:${await closedPort()}`, await startNamed('good')];
    let told = 0;
    const { url } = await start({
      target: [dead, good.url],
      on: { error: () => void (told += 1) },
      causeway: { retry: {}, balance: 'round-robin' },
    });
    for (let i = 0; i < 4; i += 1) expect((await send(url)).body.toString()).toBe('good');
    expect(told).toBe(0);
  });
});

test('hooks may watch the body go by, and see the client’s request behind their own', async () => {
  const backend = await startBackend((request, response) => void request.pipe(response));
  const seen: unknown[] = [];
  const { url } = await start({
    target: backend.url,
    on: {
      proxyReq: (_proxyReq, request, response) => {
        const { ip, originalUrl } = request as unknown as { ip: string; originalUrl: string };
        seen.push(ip, originalUrl, request.method, request.httpVersion, 'app' in response);
        request.on('data', (chunk: Buffer) => seen.push(chunk.toString())).on('end', () => seen.push('end'));
      },
    },
  });
  const sent = await send(`${url}/x`, { method: 'POST', body: 'hello' });
  expect(sent.body.toString()).toBe('hello');
  expect(seen).toEqual([expect.stringContaining('127.0.0.1'), '/x', 'POST', '1.1', true, 'hello', 'end']);
});

test('a hook’s slow reader does not lose a byte', async () => {
  const piece = Buffer.alloc(65_536, 'x');
  const backend = await startBackend((_request, response) => {
    for (let i = 0; i < 100; i += 1) response.write(piece);
    response.end();
  });
  const { url } = await start({
    target: backend.url,
    selfHandleResponse: true,
    on: { proxyRes: (proxyRes, _request, response) => void proxyRes.pipe(response) },
  });
  const { response } = await begin(url);
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(bytes).toBe(100 * piece.length);
});

test('as the forwarder of a gateway, hooks do what they do', async () => {
  const backend = await startBackend((request, response) => response.end(request.headers['x-hook']));
  const forwarder = httpProxyMiddleware({
    on: { proxyReq: (proxyReq) => void proxyReq.setHeader('x-hook', 'yes') },
  });
  const gateway = createGateway({ backends: [backend.url], forwarder });
  onTestFinished(() => gateway.close());
  const { url } = await serveListener(createRequestListener(gateway));
  expect((await send(url)).body.toString()).toBe('yes');
});
