import type { AttemptEvent, ExchangeEvent, PolicyOptions, RewriteOptions } from 'causeway-proxy';
import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';
import express from 'express';
import Koa from 'koa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { flush } from '../support/fake-clock.ts';
import { closedPort, type LiveBackend, startBackend, startNamed, startRaw } from '../support/live-backend.ts';
import { rawSocket, send, sendRaw } from '../support/live-client.ts';
import { laneOptions } from '../support/cause-lanes.ts';
import { ADAPTERS, makeGateway, serve, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure, proxyStatusOf } from '../support/live-problem.ts';
import { handshake, switching, ACCEPT } from '../support/live-upgrade.ts';

/** Says what it was asked. */
function startEcho(headers: Record<string, string | string[]> = {}, status = 200): Promise<LiveBackend> {
  return startBackend((request, response) => {
    request.resume();
    response.writeHead(status, headers).end(`${request.method} ${request.url}`);
  });
}

describe.each(ADAPTERS)('rewrite.path, %s', (adapter) => {
  test('prefixes, patterns and functions; the backend has its own prefix in front', async () => {
    const backend = await startEcho();
    const asked = async (path: RewriteOptions['path'], url: string): Promise<string> => {
      const gateway = await startGateway(adapter, {
        backends: [`${backend.url}/base`],
        rewrite: { path: path ?? false },
      });
      return (await send(gateway.url + url)).body.toString();
    };
    expect(await asked({ '/api': '/v1' }, '/api/users?x=1')).toBe('GET /base/v1/users?x=1');
    expect(await asked({ '/api': '' }, '/apis')).toBe('GET /base/apis');
    expect(await asked([[/^\/api\/(\w+)/, '/$1/v2']], '/api/users')).toBe('GET /base/users/v2');
    expect(await asked(({ path, headers }) => `/${headers['x-tenant']}${path}`, '/x')).toBe(
      'GET /base/undefined/x',
    );
    expect(await asked(false, '/api')).toBe('GET /base/api');
  });

  test('every attempt asks for the same; events tell what the client asked for', async () => {
    const backend = await startEcho();
    const backends = [`http://127.0.0.1:${await closedPort()}`, backend.url];
    const gateway = await startGateway(adapter, {
      backends,
      random: () => 0,
      rewrite: { path: { '/api': '/v1' } },
    });
    const exchanges: ExchangeEvent[] = [];
    gateway.gateway.on('exchange', (event) => void exchanges.push(event));
    const sent = await send(`${gateway.url}/api/x`, { method: 'POST', body: 'a' });
    expect([sent.body.toString(), sent.headers['proxy-attempts']]).toEqual(['POST /v1/x', '2']);
    await until('the event', () => exchanges.length > 0);
    expect(exchanges).toMatchObject([{ path: '/api/x', attemptCount: 2 }]);
  });

  test.each([
    '/api/../secret',
    '/api/%2e%2e/secret',
    '/api/..%2fsecret',
    '/api\\..\\secret',
    '/api/..;/secret',
  ])('a path that climbs is refused: %s', async (path) => {
    const backend = await startEcho();
    const rewrite = { path: { '/api': '/v1' } };
    const gateway = await startGateway(adapter, { backends: [`${backend.url}/base`], rewrite });
    const { text } = await sendRaw(
      gateway.port,
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('Proxy-Cause: request_rejected');
    expect(backend.requests).toHaveLength(0);
  });
});

describe.each(ADAPTERS)('rewrite.request, %s', (adapter) => {
  test('changes the head of each attempt, and knows its backend', async () => {
    const [first, second] = [await startBackend((request) => request.socket.destroy()), await startEcho()];
    const backends = [
      { url: first.url, name: 'first' },
      { url: second.url, name: 'second', tier: 1 },
    ];
    const request: NonNullable<Exclude<RewriteOptions['request'], false>> = (head, { path }) => {
      head.headers.set('Authorization', `Bearer for ${head.backend}`);
      head.headers.delete('X-Secret');
      head.headers.append('X-Asked', `${head.method} ${path}`);
      head.headers.set('Host', 'internal.example');
      head.path += '&z=1';
    };
    const gateway = await startGateway(adapter, { backends, rewrite: { request, path: { '/api': '' } } });
    const headers = { authorization: 'Basic eDp5', 'x-secret': '1', host: 'shop.example' };
    const sent = await send(`${gateway.url}/api/x?y`, { headers });
    expect(sent.body.toString()).toBe('GET /x?y&z=1');
    const names = ['first', 'second'];
    for (const [index, { requests }] of [first, second].entries()) {
      expect(requests).toHaveLength(1);
      expect(requests[0]?.headers).toMatchObject({
        authorization: `Bearer for ${names[index]}`,
        'x-asked': 'GET /api/x?y',
        'x-forwarded-host': 'shop.example',
        host: 'internal.example',
      });
      expect(requests[0]?.headers).not.toHaveProperty('x-secret');
    }
  });

  test('has a body behind it all the same', async () => {
    const bodies: string[] = [];
    const backend = await startBackend((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      request.on('end', () => response.end('ok'));
    });
    const rewrite = {
      request: ({ headers }: { headers: { set(name: string, value: string): void } }) =>
        headers.set('X-A', 'b'),
    };
    const gateway = await startGateway(adapter, { backends: [backend.url], rewrite });
    expect((await send(gateway.url, { method: 'POST', body: 'hello' })).status).toBe(200);
    expect(bodies.join('')).toBe('hello');
  });
});

describe.each(ADAPTERS)('rewrite.response, %s', (adapter) => {
  test('changes what the client gets', async () => {
    const backend = await startEcho({
      'X-Internal': '7',
      'X-Kept': 'Yes',
      'Set-Cookie': ['a=1', 'b=2'],
    });
    const rewrite: RewriteOptions = {
      response: (head, { path }) => {
        head.headers.delete('X-Internal');
        head.headers.set('X-Path', path);
        head.headers.append('Set-Cookie', `c=${head.backend}`);
        head.status = 203;
      },
    };
    const backends = [{ url: backend.url, name: 'one' }];
    const gateway = await startGateway(adapter, { backends, rewrite });
    const sent = await send(`${gateway.url}/x`);
    expect([sent.status, sent.body.toString(), sent.complete]).toEqual([203, 'GET /x', true]);
    expect(sent.headers).toMatchObject({
      'x-path': '/x',
      'x-kept': 'Yes',
      'set-cookie': ['a=1', 'b=2', 'c=one'],
    });
    expect(sent.headers).not.toHaveProperty('x-internal');
  });

  test('comes after retries: what the backend said decides them, and is told', async () => {
    const busy = await startEcho({}, 503);
    const seen: number[] = [];
    const rewrite: RewriteOptions = {
      response: (head) => {
        seen.push(head.status);
        head.status = 200;
      },
    };
    const gateway = await startGateway(adapter, { backends: [busy.url], rewrite });
    const sent = await send(gateway.url);
    expect([sent.status, sent.headers['proxy-attempts'], busy.requests.length]).toEqual([200, '3', 3]);
    expect(seen).toEqual([503]);
    expect(sent.headers['proxy-cause']).toBe('backend_status');
    expect(proxyStatusOf(sent).at(-1)?.parameters).toEqual({ 'received-status': 503 });
  });

  test('a long body streams through it, and one that breaks off breaks off', async () => {
    const long = 'x'.repeat(300_000);
    const backend = await startBackend((request, response) => {
      if (request.url === '/long') return void response.end(long);
      response.writeHead(200, { 'Content-Length': 10 }).write('half');
      setImmediate(() => response.destroy());
    });
    const rewrite: RewriteOptions = { response: ({ headers }) => headers.set('X-A', 'b') };
    const gateway = await startGateway(adapter, { backends: [backend.url], rewrite, retry: false });
    const sent = await send(`${gateway.url}/long`);
    expect([sent.body.toString() === long, sent.headers['x-a']]).toEqual([true, 'b']);
    expect((await send(`${gateway.url}/half`)).complete).toBe(false);
  });
});

const boom = (): never => {
  throw new Error('oops');
};
const late = () => Promise.reject(new Error('oops'));
const injected = 'a\r\nX-Injected: 1';

/** What plain JavaScript can do: the types do not allow it. */
const WRONG: readonly [string, unknown][] = [
  ['rewrite.path', { path: boom }],
  ['rewrite.path', { path: late }],
  ['rewrite.path', { path: () => 'x' }],
  ['rewrite.path', { path: () => '/ HTTP/1.1\r\nX: y\r\n\r\n' }],
  ['rewrite.path', { path: () => '/../x' }],
  ['rewrite.request', { request: boom }],
  ['rewrite.request', { request: late }],
  ['rewrite.request', { request: (head: { path: string }) => (head.path = '/a/../../x') }],
  ...[
    ['Content-Length', '3'],
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'close'],
    ['X-A', injected],
  ].flatMap(([name = '', value = '']): [string, unknown][] => {
    const change = ({ headers }: { headers: { set(name: string, value: string): void } }) =>
      headers.set(name, value);
    return [
      ['rewrite.request', { request: change }],
      ['rewrite.response', { response: change }],
    ];
  }),
  ['rewrite.response', { response: boom }],
  ['rewrite.response', { response: late }],
  ...[204, 304, 101, 99, 600, 200.5, '200', NaN].map((status): [string, unknown] => [
    'rewrite.response',
    { response: (head: { status: unknown }) => (head.status = status) },
  ]),
  ['rewrite.location', { location: boom }],
  ['rewrite.location', { location: late }],
  ['rewrite.location', { location: () => injected }],
  ['rewrite.cookies.domain', { cookies: { domain: boom } }],
  ['rewrite.cookies.path', { cookies: { path: late } }],
  ['rewrite.cookies.path', { cookies: { path: () => '/; Secure' } }],
];

test.each(WRONG)('%s that does wrong is a configuration error: %o', async (hook, rewrite) => {
  const unhandled: unknown[] = [];
  const listener = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', listener);
  onTestFinished(() => void process.off('unhandledRejection', listener));
  const backend = await startEcho({ Location: '/y', 'Set-Cookie': 'a=1; Domain=b; Path=/' });
  const options = { backends: [backend.url], rewrite: rewrite as RewriteOptions };
  const gateway = await startGateway('node', options, { expectErrors: true });
  const attempts: AttemptEvent[] = [];
  gateway.gateway.on('attempt', (event) => void attempts.push(event));
  const sent = await send(gateway.url, { method: 'POST', body: 'x' });
  const problem = expectFailure(sent, 'configuration_error');
  expect(problem['remedy']).toContain(hook);
  expect(sent.headers).not.toHaveProperty('x-injected');
  expect(sent.headers).not.toHaveProperty('set-cookie');
  // What changes the response comes when the backend has done its work.
  const isLate = !/path$|request$/.test(hook) || hook.startsWith('rewrite.cookies');
  expect(problem).toMatchObject({ reached: isLate ? 'yes' : 'no', attemptCount: 1 });
  expect(backend.requests).toHaveLength(isLate ? 1 : 0);
  await flush();
  await until('the event', () => attempts.length > 0);
  expect([attempts.length, unhandled]).toEqual([1, []]);
  expect(gateway.logs).toMatchObject([
    { level: 'error', details: { cause: 'configuration_error', err: { hook } } },
  ]);
  expect(gateway.gateway.backends.list()).toMatchObject([{ state: 'available', pending: 0 }]);
});

describe('the lane through http-proxy-middleware', () => {
  const lane = () => laneOptions('http-proxy-middleware');

  test('rewrites as the other does', async () => {
    const backend = await startEcho({ Location: '/base/v1/y', 'Set-Cookie': 'a=1; Path=/base' });
    const rewrite: RewriteOptions = {
      path: { '/api': '/v1' },
      request: (head) => {
        head.headers.set('X-Sent-To', head.backend);
        head.headers.delete('X-Secret');
        head.path += '&z=1';
      },
      response: (head) => {
        head.headers.set('X-Answered', '1');
        head.status = 203;
      },
      location: true,
      cookies: { path: { '/base': '/' } },
    };
    const backends = [{ url: `${backend.url}/base`, name: 'one' }];
    const gateway = await startGateway('express', { ...lane(), backends, rewrite });
    const options = { method: 'POST', body: 'b', headers: { 'x-secret': '1' } };
    const sent = await send(`${gateway.url}/api/x?y`, options);
    expect([sent.status, sent.body.toString()]).toEqual([203, 'POST /base/v1/x?y&z=1']);
    expect(sent.headers).toMatchObject({
      location: '/api/y',
      'set-cookie': ['a=1; Path=/'],
      'x-answered': '1',
    });
    expect(backend.requests[0]?.headers).toMatchObject({ 'x-sent-to': 'one' });
    expect(backend.requests[0]?.headers).not.toHaveProperty('x-secret');
  });

  test.each(WRONG)('%s that does wrong is a configuration error there, too: %o', async (hook, rewrite) => {
    const backend = await startEcho({ Location: '/y', 'Set-Cookie': 'a=1; Domain=b; Path=/' });
    const options = { ...lane(), backends: [backend.url], rewrite: rewrite as RewriteOptions };
    const gateway = await startGateway('node', options, { expectErrors: true });
    const problem = expectFailure(
      await send(gateway.url, { method: 'POST', body: 'x' }),
      'configuration_error',
    );
    expect(problem['remedy']).toContain(hook);
  });
});

test('an edit that comes too late changes nothing', async () => {
  const backend = await startEcho();
  const errors: unknown[] = [];
  const rewrite: RewriteOptions = {
    request: ({ headers }) => {
      queueMicrotask(() => {
        try {
          headers.set('X-Late', '1');
        } catch (error) {
          errors.push(error);
        }
      });
    },
  };
  const gateway = await startGateway('node', { backends: [backend.url], rewrite });
  await send(gateway.url);
  expect(backend.requests[0]?.headers).not.toHaveProperty('x-late');
  expect(errors).toMatchObject([{ message: 'headers can only be changed while the function runs' }]);
});

/** Redirects from /base/go, and answers at /base/there. */
function startRedirecting(location: (url: string) => string): Promise<LiveBackend> {
  const backend = startBackend((request, response) => {
    if (request.url !== '/base/go') return void response.end(`at ${request.url}`);
    void backend.then(({ url }) => response.writeHead(302, { Location: location(url) }).end());
  });
  return backend;
}

describe('rewrite.location: true', () => {
  const LOCATIONS: readonly [string, (url: string) => string][] = [
    ['a path', () => '/base/there'],
    ['a URL', (url) => `${url}/base/there`],
    ['a URL without scheme', (url) => `${url.slice(5)}/base/there`],
  ];

  async function follow(url: string): Promise<string> {
    const { status, headers } = await send(url);
    expect(status).toBe(302);
    return (await send(new URL(headers.location ?? '', url).href)).body.toString();
  }

  test.each(LOCATIONS)('leads a client on node:http where it meant: %s', async (_what, location) => {
    const { url } = await startRedirecting(location);
    const gateway = await startGateway('node', { backends: [`${url}/base`], rewrite: { location: true } });
    expect(await follow(`${gateway.url}/go`)).toBe('at /base/there');
  });

  test.each(LOCATIONS)('below the path of an Express mount, or of two: %s', async (_what, location) => {
    const { url } = await startRedirecting(location);
    const { gateway } = makeGateway({ backends: [`${url}/base`], rewrite: { location: true } });
    const app = express().use('/shop', forExpress(gateway));
    const outer = express().use('/eu', express.Router().use('/shop', forExpress(gateway)));
    expect(await follow(`${(await serve(app)).url}/shop/go`)).toBe('at /base/there');
    expect(await follow(`${(await serve(outer)).url}/eu/shop/go`)).toBe('at /base/there');
  });

  test.each(LOCATIONS)('below a path that Koa took off, or that we rewrote: %s', async (_what, location) => {
    const { url } = await startRedirecting(location);
    const { gateway } = makeGateway({ backends: [`${url}/base`], rewrite: { location: true } });
    const app = new Koa().use((context, next) => {
      context.path = context.path.replace(/^\/shop/, '');
      return next();
    });
    app.use(forKoa(gateway));
    expect(await follow(`${(await serve(app.callback())).url}/shop/go`)).toBe('at /base/there');
    const rewrite = { location: true, path: { '/api': '' } };
    const rewriting = await startGateway('koa', { backends: [`${url}/base`], rewrite });
    expect(await follow(`${rewriting.url}/api/go`)).toBe('at /base/there');
  });

  test('another site stays another site', async () => {
    const { url } = await startRedirecting(() => 'https://login.example/?back=/base/');
    const gateway = await startGateway('node', { backends: [`${url}/base`], rewrite: { location: true } });
    expect((await send(`${gateway.url}/go`)).headers.location).toBe('https://login.example/?back=/base/');
  });

  test('a function decides for itself', async () => {
    const { url } = await startRedirecting(() => '/old');
    const location = (given: string, { path }: { path: string }) =>
      given === '/old' ? `${path}/new` : undefined;
    const gateway = await startGateway('node', { backends: [`${url}/base`], rewrite: { location } });
    expect((await send(`${gateway.url}/go`)).headers.location).toBe('/go/new');
  });
});

describe.each(ADAPTERS)('rewrite.cookies, %s', (adapter) => {
  test('domain and path, beside those of the app, and nothing else', async () => {
    const backend = await startEcho({
      'Set-Cookie': [
        'a="x, y"; Domain=a.internal; Path=/base; HttpOnly',
        'b=Path=/base',
        '__Host-c=1; Path=/; Secure',
      ],
    });
    const cookies = { domain: { 'a.internal': 'shop.example' }, path: { '/base': '/shop', '/': '/shop' } };
    const gateway = await startGateway(adapter, { backends: [backend.url], rewrite: { cookies } });
    expect((await send(gateway.url)).headers['set-cookie']).toEqual([
      'a="x, y"; Domain=shop.example; Path=/shop; HttpOnly',
      'b=Path=/base',
      '__Host-c=1; Path=/; Secure',
    ]);
  });
});

describe('upgrades', () => {
  test('the path goes to the backend, the head of the 101 to the client, rewritten', async () => {
    const accept = ['Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Accept: ${ACCEPT}`];
    const backend = await startRaw((socket) => {
      socket.write(switching(...accept, 'Set-Cookie: a=1; Path=/base', 'X-Powered-By: PHP/4'));
    });
    const rewrite: RewriteOptions = {
      path: { '/chat': '/ws' },
      request: ({ headers }) => headers.set('Authorization', 'Bearer x'),
      response: ({ headers }) => headers.delete('X-Powered-By'),
      cookies: { path: { '/base': '/' } },
    };
    const gateway = await startGateway('node', { backends: [backend.url], rewrite });
    const socket = rawSocket(gateway.port);
    socket.write(handshake('/chat/1'));
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    await until('the 101', () => text.includes('\r\n\r\n'));
    expect(text).toMatch(/^HTTP\/1\.1 101 /);
    expect(text).toContain('Set-Cookie: a=1; Path=/\r\n');
    expect(text).not.toContain('X-Powered-By');
    expect(backend.received[0]).toMatch(/^GET \/ws\/1 HTTP/);
    expect(backend.received[0]).toContain('Authorization: Bearer x\r\n');
  });

  test('a function that throws on a 101 closes the tunnel that there would have been', async () => {
    const accept = ['Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Accept: ${ACCEPT}`];
    const backend = await startRaw((socket) => void socket.write(switching(...accept)));
    const options = { backends: [backend.url], rewrite: { response: boom } };
    const gateway = await startGateway('node', options, { expectErrors: true });
    const socket = rawSocket(gateway.port);
    socket.write(handshake());
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    await until('an answer', () => text.includes('\r\n\r\n'));
    expect(text).toMatch(/^HTTP\/1\.1 502 [\s\S]*Proxy-Cause: configuration_error/);
    await until('the backend is let go', () => backend.sockets.size === 0);
  });
});

test('a policy rewrites for its own mount alone, and can take off what the gateway does', async () => {
  const backend = await startEcho();
  const { gateway } = makeGateway({ backends: [backend.url], rewrite: { path: { '/a': '/gateway' } } });
  const at = (policy?: PolicyOptions) => forExpress(gateway, policy);
  const app = express()
    .use('/own', at({ rewrite: { path: { '/a': '/own' } } }))
    .use('/off', at({ rewrite: { path: false } }))
    .use(at());
  const { url } = await serve(app);
  const bodies = await Promise.all(
    ['/own/a', '/off/a', '/a'].map(async (path) => (await send(url + path)).body),
  );
  expect(bodies.map(String)).toEqual(['GET /own', 'GET /a', 'GET /gateway']);
});

test('health checks are not rewritten', async () => {
  const backend = await startNamed('a');
  const rewrite = { path: () => '/rewritten', request: boom };
  const gateway = await startGateway('node', {
    backends: [backend.url],
    rewrite,
    health: { path: '/healthz' },
  });
  await until('a check', () => backend.requests.length > 0);
  expect(backend.requests[0]?.url).toBe('/healthz');
  expect(gateway.gateway.backends.list()[0]?.state).toBe('available');
});
