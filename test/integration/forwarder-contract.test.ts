import { createHash, randomBytes } from 'node:crypto';
import { Agent, createServer, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayOptions } from 'causeway-proxy';
import { describe, expect, onTestFinished, test } from 'vitest';
import { httpProxyMiddleware } from 'causeway-proxy/http-proxy-middleware';
import { startBackend, startNamed, startRaw } from '../support/live-backend.ts';
import { begin, open, readAllFrom, readResponse, responseOf, send, sendRaw } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { listen } from '../support/live-server.ts';
import { messageOn, openWebSocket, startWebSockets } from '../support/live-websocket.ts';

/**
 * What every way to forward promises. Where a lane does otherwise, that is named here, with the reason, and held by a
 * test as well.
 */
interface Manners {
  /** Names of request headers: as the client spelled them, or in lower case, as `node:http` has them. */
  readonly spelling: (name: string) => string;
  /** A path of `/` behind a prefix: kept, or, as http-proxy-middleware joins them, left out. */
  readonly prefixed: string;
  /** Lines of a response header that came more than once: hooks are shown them joined, as Node does it. */
  readonly repeated: readonly string[];
}

const THROUGH_IT = { spelling: (name: string) => name.toLowerCase(), prefixed: '/base' };

const WAYS: readonly (readonly [string, Partial<GatewayOptions>, Manners])[] = [
  ['direct', {}, { spelling: (name) => name, prefixed: '/base/', repeated: ['1', '2'] }],
  ['http-proxy-middleware', { forwarder: httpProxyMiddleware() }, { ...THROUGH_IT, repeated: ['1', '2'] }],
  [
    'http-proxy-middleware, with hooks',
    { forwarder: httpProxyMiddleware({ on: { proxyReq: () => undefined, proxyRes: () => undefined } }) },
    { ...THROUGH_IT, repeated: ['1, 2'] },
  ],
];

describe.each(WAYS)('%s', (_way, way, manners) => {
  function start(backends: GatewayOptions['backends'], options: Partial<GatewayOptions> = {}) {
    return startGateway('node', { ...way, backends, ...options });
  }

  describe('a response', () => {
    test('keeps status, reason, order and spelling of headers, cookies, and bytes above 127', async () => {
      const head =
        'HTTP/1.1 299 All Good\r\nX-B: 1\r\nx-a: Zo\xc3\xab\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\n';
      const backend = await startRaw((socket) => void socket.write(`${head}ok`, 'latin1'));
      const { port } = await start([backend.url]);
      const { text } = await sendRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      expect(text.slice(0, text.indexOf('Via'))).toBe(
        'HTTP/1.1 299 All Good\r\nX-B: 1\r\nx-a: Zo\xc3\xab\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n',
      );
      expect(text.endsWith('\r\n\r\nok')).toBe(true);
    });

    test('keeps lines that came more than once', async () => {
      const backend = await startBackend((_request, response) => {
        response.setHeader('X-Multi', ['1', '2']).end();
      });
      const { rawHeaders } = await send((await start([backend.url])).url);
      expect(rawHeaders.filter((_text, i) => rawHeaders[i - 1] === 'X-Multi')).toEqual(manners.repeated);
    });

    test.each<[string, (response: ServerResponse) => void, string]>([
      ['of announced length', (response) => response.end('12345'), '12345'],
      ['in pieces', (response) => (response.write('123'), setImmediate(() => response.end('45'))), '12345'],
      ['that is empty', (response) => response.end(), ''],
      ['with 204', (response) => response.writeHead(204).end(), ''],
      ['with 304', (response) => response.writeHead(304, { 'Content-Length': 5 }).end(), ''],
    ])('%s has its body', async (_what, answer, body) => {
      const backend = await startBackend((_request, response) => answer(response));
      const sent = await send((await start([backend.url])).url);
      expect([sent.body.toString(), sent.complete]).toEqual([body, true]);
    });

    test('to HEAD has none, and keeps its length', async () => {
      const backend = await startBackend((_request, response) => {
        response.writeHead(200, { 'Content-Length': 5 }).end();
      });
      const sent = await send((await start([backend.url])).url, { method: 'HEAD' });
      expect([sent.body.length, sent.headers['content-length'], sent.complete]).toEqual([0, '5', true]);
    });

    test('that ends with its connection is one that breaks off when that is reset', async () => {
      const backend = await startRaw((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart');
        setTimeout(() => socket.resetAndDestroy(), 20);
      });
      const sent = await send((await start([backend.url])).url);
      expect([sent.status, sent.body.toString(), sent.complete]).toEqual([200, 'part', false]);
    });

    test('arrives whole, whatever comes behind it', async () => {
      const bytes = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n';
      const backend = await startRaw((socket) => void socket.end(`${bytes}${'x'.repeat(1_000)}`));
      const { url } = await start([backend.url]);
      for (let i = 0; i < 3; i += 1) {
        const sent = await send(url);
        expect([sent.status, sent.body.toString(), sent.complete]).toEqual([200, 'hello', true]);
      }
    });

    test('to HEAD with a body all the same does not become part of the next one', async () => {
      let answered = 0;
      const backend = await startRaw((socket) => {
        answered += 1;
        const body = answered === 1 ? 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npwned!' : 'good';
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
        setTimeout(() => socket.write(body), answered === 1 ? 20 : 0);
      });
      const { url } = await start([backend.url]);
      await send(url, { method: 'HEAD' });
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect((await send(url)).body.toString()).toBe('good');
    });

    test('that is chunked to nobody but itself is no plain body', async () => {
      const backend = await startRaw((socket) => {
        socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\t\r\n\r\n5\r\nhello\r\n0\r\n\r\n');
      });
      const sent = await send((await start([backend.url], { retry: false })).url);
      expect([sent.status, sent.headers['proxy-cause']]).toEqual([502, 'response_coding_error']);
    });

    test('has its trailers', async () => {
      const backend = await startBackend((_request, response) => {
        response.writeHead(200, { Trailer: 'X-Sum' });
        response.write('x');
        response.addTrailers({ 'X-Sum': '42' });
        response.end();
      });
      expect((await send((await start([backend.url])).url)).trailers).toEqual({ 'x-sum': '42' });
    });

    test('of a hundred megabytes waits for a client that reads slowly', async () => {
      const piece = Buffer.alloc(1_048_576, 'x');
      let written = 0;
      const backend = await startBackend((_request, response) => {
        const write = (): void => {
          while (written < 100) {
            written += 1;
            if (!response.write(piece)) return void response.once('drain', write);
          }
          response.end();
        };
        write();
      });
      const { response } = await begin((await start([backend.url])).url);
      response.pause();
      await until('the backend waits', () => written > 0);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(written).toBeLessThan(50);
      expect((await readAllFrom(response)).length).toBe(100 * piece.length);
    });

    test('of events goes out with its first byte, not before its last', async () => {
      const backend = await startBackend((_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
        setTimeout(() => response.write('data: 1\n\n'), 300);
      });
      const startedAt = performance.now();
      const { response } = await begin((await start([backend.url])).url);
      expect(performance.now() - startedAt).toBeLessThan(250);
      await new Promise((resolve) => response.once('data', resolve));
    });

    test('before the end of the upload is passed on', async () => {
      const backend = await startBackend((_request, response) => response.writeHead(413).end('too much'));
      const request = open((await start([backend.url])).url, {
        method: 'POST',
        headers: { 'content-length': 10_000_000 },
      });
      request.write('x'.repeat(100_000));
      const response = await responseOf(request);
      expect([response.statusCode, (await readResponse(response)).body.toString()]).toEqual([
        413,
        'too much',
      ]);
    });

    test('is preceded by hints', async () => {
      const backend = await startRaw((socket) => {
        socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\n');
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
      const { port } = await start([backend.url]);
      const { text } = await sendRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      expect(text.startsWith('HTTP/1.1 103 ')).toBe(true);
      expect(text.endsWith('ok')).toBe(true);
    });
  });

  describe('a request', () => {
    test('keeps end-to-end headers, and loses those of the connection', async () => {
      const backend = await startBackend((request, response) =>
        response.end(JSON.stringify(request.rawHeaders)),
      );
      const { url } = await start([backend.url]);
      const { body } = await send(url, {
        headers: {
          'X-Mixed-Case': '1',
          'X-Multi': ['1', '2'],
          Connection: 'X-Secret, keep-alive',
          'X-Secret': 's',
          'Keep-Alive': 'timeout=9',
          TE: 'trailers',
          'Proxy-Authorization': 'Basic x',
          'Max-Forwards': '3',
        },
      });
      const raw = JSON.parse(body.toString()) as string[];
      const names = raw.filter((_text, i) => i % 2 === 0);
      expect(names).toContain(manners.spelling('X-Mixed-Case'));
      expect(raw.filter((_text, i) => raw[i - 1] === manners.spelling('X-Multi'))).toEqual(['1', '2']);
      const lower = names.map((name) => name.toLowerCase());
      expect(lower).toEqual(
        expect.arrayContaining(['via', 'x-request-id', 'x-forwarded-for', 'max-forwards']),
      );
      for (const gone of ['x-secret', 'te', 'proxy-authorization', 'keep-alive'])
        expect(lower).not.toContain(gone);
    });

    test('does not tell a lie about where it comes from', async () => {
      const backend = await startBackend((request, response) =>
        response.end(request.headers['x-forwarded-for']),
      );
      const { url } = await start([backend.url]);
      const sent = await send(url, { headers: { 'X-Forwarded-For': '6.6.6.6' } });
      expect(sent.body.toString()).toBe('127.0.0.1');
    });

    test.each(['/a%2fb?x=%00', '//x/../y', '/a?b?c', '/?', '/;v=1', "/it's"])(
      '%s keeps its target',
      async (path) => {
        const backend = await startBackend((request, response) => response.end(request.url));
        const { port } = await start([backend.url]);
        const { text } = await sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
        expect(text.endsWith(`\r\n\r\n${path}`)).toBe(true);
      },
    );

    test('has the prefix of the backend before its path', async () => {
      const backend = await startBackend((request, response) => response.end(request.url));
      const { url } = await start([`${backend.url}/base/`]);
      expect((await send(`${url}/x?y=1`)).body.toString()).toBe('/base/x?y=1');
      expect((await send(`${url}/`)).body.toString()).toBe(manners.prefixed);
    });

    test.each(['POST', 'PUT', 'DELETE', 'GET', 'OPTIONS'])(
      '%s in chunks arrives whole, and alone',
      async (method) => {
        const bodies: string[] = [];
        const backend = await startBackend((request, response) => {
          void readAllFrom(request).then((body) => {
            bodies.push(`${request.method} ${body}`);
            response.end('ok');
          });
        });
        const { url } = await start([backend.url]);
        const smuggled = 'GET /admin HTTP/1.1\r\nHost: a\r\n\r\n';
        const sent = await send(url, { method, headers: { 'transfer-encoding': 'chunked' }, body: smuggled });
        await send(url);
        expect([sent.status, bodies]).toEqual([200, [`${method} ${smuggled}`, 'GET ']]);
      },
    );

    test('of ten megabytes arrives byte for byte', async () => {
      const bytes = randomBytes(10_485_760);
      const sha1 = (data: Buffer): string => createHash('sha1').update(data).digest('hex');
      const backend = await startBackend((request, response) => {
        void readAllFrom(request).then((body) => response.end(sha1(body)));
      });
      const sent = await send((await start([backend.url])).url, { method: 'POST', body: bytes });
      expect(sent.body.toString()).toBe(sha1(bytes));
    });

    test('is sent whole to the next backend when the first one fails', async () => {
      const good = await startBackend((request, response) => {
        void readAllFrom(request).then((body) => response.end(body));
      });
      const bad = await startBackend((request, response) => {
        request.resume().on('end', () => response.writeHead(503, { 'Content-Length': 4 }).end('sick'));
      });
      const { url } = await start([bad.url, { url: good.url, tier: 1 }]);
      const sent = await send(url, { method: 'PUT', body: 'all of it' });
      expect([sent.status, sent.body.toString(), sent.headers['proxy-attempts']]).toEqual([
        200,
        'all of it',
        '2',
      ]);
    });
  });

  describe('a connection', () => {
    test('serves one request after the other, uploads in chunks among them', async () => {
      const backend = await startBackend((request, response) => {
        request.resume().on('end', () => response.end('ok'));
      });
      const { url } = await start([backend.url]);
      for (const method of ['GET', 'POST', 'DELETE', 'GET']) {
        const body = method === 'POST' ? 'x' : '';
        const headers = method === 'POST' ? { 'transfer-encoding': 'chunked' } : {};
        expect((await send(url, { method, body, headers })).status).toBe(200);
      }
      expect(backend.accepted()).toBe(1);
    });

    test('of the client that closes says nothing about that of the backend', async () => {
      const backend = await startNamed('a');
      const { url } = await start([backend.url]);
      for (let i = 0; i < 3; i += 1) await send(url, { headers: { connection: 'close' } });
      expect(backend.accepted()).toBe(1);
    });

    test('is closed when the client leaves, and its place is free', async () => {
      const backend = await startBackend((request) => void request.resume());
      const { url, gateway } = await start([backend.url]);
      const request = open(url);
      request.end();
      await until('the request', () => backend.requests.length === 1);
      request.destroy();
      await until('the connection is closed', () => backend.sockets.size === 0);
      await until('the place is free', () => gateway.backends.list()[0]?.pending === 0);
    });

    test('is to a Unix socket where one is given', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'causeway-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const socketPath = join(folder, 'backend.sock');
      await listen(
        createServer((request, response) => response.end(request.headers.host)),
        { path: socketPath },
      );
      const { url } = await start([{ url: 'http://backend.test/', socketPath }], {
        headers: { host: 'backend' },
      });
      expect((await send(url)).body.toString()).toBe('backend.test');
    });

    test('is made anew for an upgrade, which is joined to it', async () => {
      const backend = await startWebSockets();
      const dead = await startRaw((socket) => socket.destroy());
      const { url } = await start([dead.url, { url: backend.url, tier: 1 }]);
      const socket = await openWebSocket(`${url}/chat?room=1`);
      socket.send('hello');
      expect(await messageOn(socket)).toBe('hello');
      expect(backend.requests[0]?.url).toBe('/chat?room=1');
    });

    test('is closed with the gateway, and none is left', async () => {
      const backend = await startNamed('a');
      const { url, gateway } = await start([backend.url]);
      const agent = new Agent({ keepAlive: true });
      onTestFinished(() => agent.destroy());
      await Promise.all(Array.from({ length: 5 }, () => send(url, { agent })));
      expect(backend.sockets.size).toBeGreaterThan(0);
      await gateway.close();
      await until('all are closed', () => backend.sockets.size === 0);
    });
  });
});
