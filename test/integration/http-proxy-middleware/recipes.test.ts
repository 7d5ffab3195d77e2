import { Agent as HttpAgent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import * as ours from 'causeway-proxy/http-proxy-middleware';
import express, { type Express } from 'express';
import * as theirs from 'http-proxy-middleware';
import Koa from 'koa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedPort, type LiveBackend, startBackend, startNamed } from '../../support/live-backend.ts';
import { readAllFrom, send, type SendOptions } from '../../support/live-client.ts';
import {
  middlewareOf,
  PACKAGES,
  type Package,
  serveExpress,
  serveListener,
} from '../../support/live-compatible.ts';
import { makeCertificate } from '../../support/live-http2.ts';
import { listen } from '../../support/live-server.ts';
import { messageOn, openWebSocket, startWebSockets } from '../../support/live-websocket.ts';
import { createServer as createSecureServer } from 'node:https';

type Options = theirs.Options;
type Build = (app: Express, whose: Package, backend: LiveBackend) => void | Promise<void>;
type Asked = SendOptions & { readonly path: string };

/** What a client can tell apart. */
interface Seen {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, unknown>;
}

/** Added or dropped on purpose, by one or the other; the migration page says so. */
const OURS = ['via', 'connection', 'keep-alive', 'date', 'transfer-encoding', 'content-length'];

function helpers(whose: Package): typeof theirs {
  return whose === 'theirs' ? theirs : (ours as unknown as typeof theirs);
}

/** Tells what reached it; `/json`, `/text`, `/gzip`, `/cookie` and `/redirect` answer in their own ways. */
function startTelling(): Promise<LiveBackend> {
  return startBackend((request, response) => void tell(request, response));
}

async function tell(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readAllFrom(request);
  const path = request.url ?? '/';
  response.setHeader('X-Backend', 'yes').setHeader('X-Removed', 'gone');
  if (path.startsWith('/json'))
    return void response.setHeader('Content-Type', 'application/json').end('{"a":1}');
  if (path.startsWith('/text'))
    return void response.setHeader('Content-Type', 'text/plain').end('Hello world');
  if (path.startsWith('/gzip')) {
    return void response.setHeader('Content-Encoding', 'gzip').end(gzipSync('Hello from afar'));
  }
  if (path.startsWith('/cookie')) {
    response.setHeader('Set-Cookie', ['a=1; Domain=old.test; Path=/old/', 'b=2; Domain=kept.test']);
  }
  if (path.startsWith('/redirect')) {
    return void response.writeHead(302, { Location: `http://${request.headers.host}/text` }).end();
  }
  const { host, authorization, 'x-added': added, 'content-type': type } = request.headers;
  const isOwnHost = host === `127.0.0.1:${(request.socket.localPort ?? 0).toString()}`;
  response.end(
    JSON.stringify({
      path,
      method: request.method,
      isOwnHost,
      authorization,
      added,
      type,
      body: body.toString(),
    }),
  );
}

const POST_JSON = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"name":"x"}',
} as const;

function uses(options: (backend: LiveBackend, whose: Package) => Options, path = '/'): Build {
  return (app, whose, backend) => void app.use(path, middlewareOf(whose, options(backend, whose)));
}

/** From its README and its recipes: what is set up, and what is asked for. */
const RECIPES: readonly (readonly [string, Build, readonly Asked[]])[] = [
  ['basic', uses(({ url }) => ({ target: url })), [{ path: '/x?y=1' }, { path: '/', method: 'HEAD' }]],
  ['changeOrigin (virtual hosts)', uses(({ url }) => ({ target: url, changeOrigin: true })), [{ path: '/' }]],
  [
    'mounted at a path, with a target that has one',
    uses(({ url }) => ({ target: `${url}/api`, changeOrigin: true }), '/api'),
    [{ path: '/api/foo/bar' }, { path: '/api' }, { path: '/other' }],
  ],
  ...(
    [
      ['a path', '/api'],
      ['several paths', ['/api', '/ajax']],
      ['everything', '**'],
      ['a wildcard', '/api/**/*.html'],
      ['several wildcards', ['/api/**', '/ajax/**']],
      ['an exclusion', ['/api/**', '!**/bad.json']],
      [
        'a function',
        (path: string, request: IncomingMessage) => /^\/api/.test(path) && request.method === 'GET',
      ],
    ] as const
  ).map(
    ([what, pathFilter]) =>
      [
        `pathFilter: ${what}`,
        uses(({ url }) => ({ target: url, pathFilter: pathFilter as NonNullable<Options['pathFilter']> })),
        ['/api/a.html', '/ajax/b', '/api/bad.json', '/other', '/api?x=1'].map((path) => ({ path })),
      ] as const,
  ),
  ...(
    [
      ['a rule', { '^/old/api': '/new/api' }],
      ['a path removed', { '^/remove': '' }],
      ['a path added', { '^/': '/basepath/' }],
      ['a function', (path: string) => path.replace('/api', '/base/api')],
      ['an async function', (path: string) => Promise.resolve(`${path}something`)],
      ['undefined', () => undefined],
    ] as const
  ).map(
    ([what, pathRewrite]) =>
      [
        `pathRewrite: ${what}`,
        uses(({ url }) => ({ target: url, pathRewrite: pathRewrite as NonNullable<Options['pathRewrite']> })),
        ['/old/api/x', '/remove/x', '/api?q=1', '/'].map((path) => ({ path })),
      ] as const,
  ),
  [
    'router: a table',
    uses(({ url }) => ({
      target: `${url}/default`,
      router: { 'one.test': `${url}/one`, 'two.test/api': `${url}/two`, '/rest': `${url}/rest` },
    })),
    [
      { path: '/x', headers: { host: 'one.test' } },
      { path: '/api/x', headers: { host: 'two.test' } },
      { path: '/x', headers: { host: 'two.test' } },
      { path: '/rest/x' },
    ],
  ],
  [
    'router: functions',
    uses(({ url, port }) => ({
      target: `${url}/default`,
      router: async (request) => {
        await Promise.resolve();
        if (request.url === '/object') return { protocol: 'http:', host: '127.0.0.1', port };
        return request.url === '/nothing' ? (undefined as never) : `${url}/routed`;
      },
    })),
    [{ path: '/x' }, { path: '/object' }, { path: '/nothing' }],
  ],
  [
    'headers',
    uses(({ url }) => ({ target: url, headers: { 'X-Added': 'always', Host: 'www.test' } })),
    [{ path: '/' }],
  ],
  ['auth', uses(({ url }) => ({ target: url, auth: 'user:password' })), [{ path: '/' }]],
  ['ignorePath', uses(({ url }) => ({ target: `${url}/fixed?k=1`, ignorePath: true })), [{ path: '/x?y=1' }]],
  [
    'a query in the target',
    uses(({ url }) => ({ target: `${url}/base?k=1` })),
    [{ path: '/x' }, { path: '/x?y=1' }],
  ],
  [
    'cookieDomainRewrite and cookiePathRewrite',
    uses(({ url }) => ({
      target: url,
      cookieDomainRewrite: { 'kept.test': 'kept.test', '*': 'new.test' },
      cookiePathRewrite: { '/old/': '/new/' },
    })),
    [{ path: '/cookie' }],
  ],
  [
    'cookieDomainRewrite: gone',
    uses(({ url }) => ({ target: url, cookieDomainRewrite: '' })),
    [{ path: '/cookie' }],
  ],
  [
    'autoRewrite',
    uses(({ url }) => ({ target: url, changeOrigin: true, autoRewrite: true, protocolRewrite: 'https' })),
    [{ path: '/redirect', headers: { host: 'shop.test' } }],
  ],
  [
    'hostRewrite',
    uses(({ url }) => ({ target: url, changeOrigin: true, hostRewrite: 'www.shop.test' })),
    [{ path: '/redirect' }],
  ],
  [
    'followRedirects',
    uses(({ url }) => ({ target: url, changeOrigin: true, followRedirects: true })),
    [
      { path: '/redirect' },
      { path: '/redirect', method: 'POST', body: 'x' },
      { path: '/x', method: 'POST', body: 'y' },
    ],
  ],
  [
    'on.proxyReq and on.proxyRes',
    uses(({ url }) => ({
      target: url,
      on: {
        proxyReq: (proxyReq, request, response) => {
          proxyReq.setHeader(
            'x-added',
            `${request.method} ${String((request as { originalUrl?: string }).originalUrl)}`,
          );
          response.setHeader('x-from-hook', 'set');
        },
        proxyRes: (proxyRes) => {
          proxyRes.headers['x-added'] = 'foobar';
          delete proxyRes.headers['x-removed'];
        },
      },
    })),
    [{ path: '/x' }],
  ],
  [
    'a hook that answers by itself',
    uses(({ url }) => ({
      target: url,
      on: {
        proxyReq: (_proxyReq, _request, response) =>
          void response.writeHead(403, { 'X-Why': 'hook' }).end('not you'),
      },
    })),
    [{ path: '/x' }],
  ],
  [
    'on.error',
    async (app, whose) => {
      const options: Options = {
        target: `http://127.0.0.1:${await closedPort()}`,
        on: {
          error: (error, _request, response) => {
            (response as ServerResponse).writeHead(500, { 'Content-Type': 'text/plain' });
            response.end(`Something went wrong: ${(error as NodeJS.ErrnoException).code}`);
          },
        },
      };
      app.use(middlewareOf(whose, options));
    },
    [{ path: '/' }, { path: '/', method: 'POST', body: 'x' }],
  ],
  [
    'plugins that answer errors as http-proxy-middleware does',
    async (app, whose) => {
      const { errorResponsePlugin, debugProxyErrorsPlugin, proxyEventsPlugin, loggerPlugin } = helpers(whose);
      const plugins = [debugProxyErrorsPlugin, loggerPlugin, errorResponsePlugin, proxyEventsPlugin];
      const target = `http://127.0.0.1:${await closedPort()}`;
      app.use(middlewareOf(whose, { target, ejectPlugins: true, plugins }));
    },
    [{ path: '/x', headers: { host: 'a' } }],
  ],
  [
    'a plugin of the user’s',
    uses(({ url }, whose) => ({
      target: url,
      plugins: [
        helpers(whose).definePlugin((server) => {
          server.on('proxyReq', (proxyReq) => void proxyReq.setHeader('x-added', 'by a plugin'));
        }),
      ],
    })),
    [{ path: '/x' }],
  ],
  [
    'responseInterceptor: text, and another status',
    uses(({ url }, whose) => ({
      target: url,
      selfHandleResponse: true,
      on: {
        proxyRes: helpers(whose).responseInterceptor((body, _proxyRes, _request, response) => {
          response.statusCode = 418;
          return Promise.resolve(body.toString().replace('Hello', 'Teapot'));
        }),
      },
    })),
    [{ path: '/text' }, { path: '/gzip' }, { path: '/text', method: 'HEAD' }],
  ],
  [
    'responseInterceptor: JSON',
    uses(({ url }, whose) => ({
      target: url,
      selfHandleResponse: true,
      on: {
        proxyRes: helpers(whose).responseInterceptor((body, proxyRes) => {
          if (proxyRes.headers['content-type'] !== 'application/json') return Promise.resolve(body);
          return Promise.resolve(
            JSON.stringify({ ...(JSON.parse(body.toString()) as object), extra: 'foo bar' }),
          );
        }),
      },
    })),
    [{ path: '/json' }, { path: '/text' }],
  ],
  [
    'async response: piped by the hook',
    uses(({ url }) => ({
      target: url,
      selfHandleResponse: true,
      on: {
        proxyRes: async (proxyRes, _request, response) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          response.setHeader('mpth-2', 'wei');
          proxyRes.pipe(response);
        },
      },
    })),
    [{ path: '/text' }],
  ],
  [
    'async request: middleware in front',
    (app, whose, { url }) => {
      const proxy = middlewareOf(whose, {
        target: url,
        on: {
          proxyReq: (proxyReq, request) =>
            void proxyReq.setHeader('x-added', (request as unknown as { locals: { da: string } }).locals.da),
        },
      });
      app.use((request, _response, next) => {
        setTimeout(() => {
          Object.assign(request, { locals: { da: 'da' } });
          request.headers.authorization = 'Bearer given';
          next();
        }, 10);
      }, proxy);
    },
    [{ path: '/x' }],
  ],
  [
    'fixRequestBody',
    (app, whose, { url }) => {
      const proxy = middlewareOf(whose, { target: url, on: { proxyReq: helpers(whose).fixRequestBody } });
      app.use(express.json(), express.urlencoded(), proxy);
    },
    [
      { path: '/x', ...POST_JSON },
      {
        path: '/x',
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'a=1&b=2',
      },
      { path: '/x' },
    ],
  ],
  [
    'modify POST: a mutated body',
    (app, whose, { url }) => {
      const options: Options = {
        target: url,
        on: {
          proxyReq: (proxyReq, request) => {
            const { body } = request as { body?: Record<string, unknown> };
            if (request.method !== 'POST' || !body) return;
            body['injected'] = 'server-only';
            helpers(whose).fixRequestBody(proxyReq, request);
          },
        },
      };
      app.use(express.json(), middlewareOf(whose, options));
    },
    [{ path: '/x', ...POST_JSON }],
  ],
  [
    'modify POST: another body altogether',
    (app, whose, { url }) => {
      const options: Options = {
        target: url,
        on: {
          proxyReq: (proxyReq, request) => {
            const changed = request as { body?: unknown };
            if (request.method !== 'POST' || !changed.body) return;
            delete changed.body;
            const body = 'filename=a%2Fb.pdf&id=1';
            proxyReq.setHeader('content-type', 'application/x-www-form-urlencoded');
            proxyReq.setHeader('content-length', body.length);
            proxyReq.write(body);
            proxyReq.end();
          },
        },
      };
      app.use(express.json(), middlewareOf(whose, options));
    },
    [{ path: '/x', ...POST_JSON }],
  ],
  [
    'delay: a middleware in front',
    (app, whose, { url }) => {
      app.use((_request, _response, next) => void setTimeout(next, 10), middlewareOf(whose, { target: url }));
    },
    [{ path: '/x' }],
  ],
  [
    'an agent of the user’s (corporate proxy)',
    uses(({ url }) => ({ target: url, agent: testAgent() })),
    [{ path: '/x' }, { path: '/x', method: 'POST', body: 'y' }],
  ],
  [
    'errors of router reach the app',
    (app, whose, { url }) => {
      const router = (): never => {
        throw Object.assign(new Error('no such tenant'), { status: 404 });
      };
      app.use(middlewareOf(whose, { target: url, router }));
      app.use(
        (
          error: { status: number; message: string },
          _request: unknown,
          response: ServerResponse,
          _next: unknown,
        ) => {
          response.writeHead(error.status).end(error.message);
        },
      );
    },
    [{ path: '/x' }],
  ],
];

function testAgent(): HttpAgent {
  const agent = new HttpAgent({ keepAlive: true, maxSockets: 2 });
  onTestFinished(() => agent.destroy());
  return agent;
}

async function clientSees(url: string, asked: readonly Asked[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const { path, ...request } of asked) {
    const { status, body, headers, complete } = await send(`${url}${path}`, request);
    expect(complete).toBe(true);
    for (const name of OURS) delete headers[name];
    seen.push({ status, body: body.toString(), headers });
  }
  return seen;
}

test.each(RECIPES)('%s: the same through either package', async (_what, build, asked) => {
  const results: Seen[][] = [];
  for (const whose of PACKAGES) {
    const backend = await startTelling();
    const { url } = await buildApp(build, whose, backend);
    const seen = await clientSees(url, asked);
    results.push(JSON.parse(JSON.stringify(seen).replaceAll(String(backend.port), 'PORT')) as Seen[]);
  }
  expect(results[1]).toEqual(results[0]);
});

async function buildApp(build: Build, whose: Package, backend: LiveBackend) {
  const app = express().disable('etag');
  await build(app, whose, backend);
  return serveListener(app as never);
}

describe.each(PACKAGES)('%s', (whose) => {
  test('https: a target with a certificate of its own', async () => {
    const { cert, key } = makeCertificate();
    const server = createSecureServer({ cert, key }, (request, response) => void response.end(request.url));
    const { port } = await listen(server);
    const options: Options = { target: `https://127.0.0.1:${port}/base`, secure: false };
    const { url } = await serveExpress((app) => void app.use(middlewareOf(whose, options)));
    expect((await send(`${url}/x`)).body.toString()).toBe('/base/x');
    const known: Options = { target: { protocol: 'https:', host: '127.0.0.1', port, ca: cert.toString() } };
    const verified = await serveExpress((app) => void app.use(middlewareOf(whose, known)));
    expect((await send(`${verified.url}/x`)).body.toString()).toBe('/x');
  });

  test('Koa, node:http and Connect take it', async () => {
    const backend = await startNamed('hello');
    const proxy = middlewareOf(whose, { target: backend.url, pathFilter: '/api' });
    const koa = new Koa();
    koa.use(async (context, next) => {
      let isPassed = false;
      await proxy(context.req, context.res, () => void (isPassed = true));
      if (isPassed) await next();
    });
    koa.use((context) => void (context.body = 'not proxied'));
    const app = await serveListener(koa.callback() as never);
    expect((await send(`${app.url}/api`)).body.toString()).toBe('hello');
    expect((await send(`${app.url}/x`)).body.toString()).toBe('not proxied');
    const plain = middlewareOf(whose, { target: backend.url });
    const node = await serveListener((request, response) => void plain(request, response));
    expect((await send(node.url)).body.toString()).toBe('hello');
  });

  test('WebSockets: ws, from the first request on, with a path that is rewritten and a header of a hook', async () => {
    const backend = await startWebSockets();
    const events: string[] = [];
    const proxy = middlewareOf(whose, {
      target: backend.url.replace('http', 'ws'),
      ws: true,
      pathFilter: '/ws',
      pathRewrite: { '^/ws': '/socket' },
      on: {
        proxyReqWs: (proxyReq, _request, socket) => {
          proxyReq.setHeader('X-Special', 'foobar');
          socket.on('error', () => undefined);
        },
        open: () => void events.push('open'),
        close: () => void events.push('close'),
      },
    });
    const { url } = await serveExpress((app) => void app.use(proxy));
    await send(`${url}/ws`);
    const socket = await openWebSocket(`${url}/ws/chat?room=1`);
    socket.send('hello');
    expect(await messageOn(socket)).toBe('hello');
    expect([backend.requests[0]?.url, backend.requests[0]?.headers['x-special']]).toEqual([
      '/socket/chat?room=1',
      'foobar',
    ]);
    expect(events).toEqual(['open']);
  });

  test('WebSockets: an upgrade that the server hands over, with a router', async () => {
    const backend = await startWebSockets();
    const options: Options = {
      target: 'http://nobody.invalid',
      router: async () => Promise.resolve(backend.url),
    };
    const proxy = middlewareOf(whose, options);
    const server = createServer();
    server.on('upgrade', proxy.upgrade as never);
    const { port } = await listen(server);
    const socket = await openWebSocket(`http://127.0.0.1:${port}/x`);
    socket.send('hello');
    expect(await messageOn(socket)).toBe('hello');
  });
});

/** Through their package the copy takes the body, and the target waits for it for ever. */
test('forward: a copy goes elsewhere, and what happens to it is nobody’s concern', async () => {
  const copies: string[] = [];
  const other = await startBackend((request, response) => {
    void readAllFrom(request).then((body) => {
      copies.push(`${request.method} ${request.url} ${body}`);
      response.end('ignored');
    });
  });
  const backend = await startBackend((request, response) => void request.pipe(response));
  const options: Options = { target: backend.url, forward: `${other.url}/copy` };
  const { url } = await serveExpress((app) => void app.use(middlewareOf('ours', options)));
  const sent = await send(`${url}/x`, { method: 'POST', body: 'hello' });
  expect(sent.body.toString()).toBe('hello');
  await expect.poll(() => copies).toEqual(['POST /copy/x hello']);
});
