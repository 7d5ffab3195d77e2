import type { Server } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { startBackend, startNamed, startRaw } from '../support/live-backend.ts';
import { begin, rawSocket, readRaw, readResponse, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { makeCertificate, startHttp2, startSecureHttp2 } from '../support/live-http2.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure, proxyStatusOf } from '../support/live-problem.ts';
import { listen } from '../support/live-server.ts';
import { ACCEPT, handshake, readResponseOn, requestFor, switching } from '../support/live-upgrade.ts';
import { messageOn, openWebSocket, startWebSockets } from '../support/live-websocket.ts';

function sendUpgrade(port: number, bytes: string): Socket {
  const socket = rawSocket(port);
  socket.write(bytes, 'latin1');
  return socket;
}

describe.each(ADAPTERS)('an upgrade, %s', (adapter) => {
  test('becomes a tunnel', async () => {
    const backend = await startWebSockets();
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const socket = await openWebSocket(`${gateway.url}/chat?room=1`);
    socket.send('hello');
    expect(await messageOn(socket)).toBe('hello');
    expect(backend.requests[0]?.url).toBe('/chat?room=1');
  });

  test('to which the backend says no is answered with what it says', async () => {
    const backend = await startBackend((_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic', 'Set-Cookie': ['a=1', 'b=2'] });
      response.write('no');
      setImmediate(() => response.end(' entry'));
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const sent = await send(gateway.url, { headers: { connection: 'Upgrade', upgrade: 'websocket' } });
    expect([sent.status, sent.body.toString(), sent.complete]).toEqual([401, 'no entry', true]);
    expect(sent.headers).toMatchObject({
      'www-authenticate': 'Basic',
      'set-cookie': ['a=1', 'b=2'],
      'transfer-encoding': 'chunked',
      connection: 'close',
      via: '1.1 causeway',
    });
    expect(sent.headers).not.toHaveProperty('proxy-cause');
    await until('the connection is closed', () => gateway.sockets.size === 0);
  });

  test('that fails is answered with a complete 502 that says why', async () => {
    const backend = await startRaw((socket) => socket.destroy());
    const gateway = await startGateway(adapter, { backends: [backend.url], retry: false });
    const socket = sendUpgrade(gateway.port, handshake('/', 'X-Request-Id: ws-1'));
    const sent = await readResponseOn(socket);
    expectFailure(sent, 'closed_before_response');
    expect(sent.headers).toMatchObject({
      connection: 'close',
      'x-request-id': 'ws-1',
      'proxy-attempts': '1',
    });
  });
});

describe('a backend gets', () => {
  test('the request as any other, asked anew to switch', async () => {
    const backend = await startRaw((socket) => socket.end(switching('Upgrade: x')));
    const gateway = await startGateway('node', { backends: [`${backend.url}/base`] });
    const lines = [
      'Origin: http://shop',
      'X-Forwarded-For: 6.6.6.6',
      'Keep-Alive: timeout=9',
      'X-Private: 1',
      'X-Request-Id: ws-1',
    ];
    const head = handshake('/chat', ...lines).replace(
      'Connection: Upgrade',
      'Connection: Upgrade, X-Private',
    );
    await readRaw(sendUpgrade(gateway.port, head));
    const [request = ''] = backend.received;
    expect(request.split('\r\n').map((line) => line.replace(/^Host|^Connection|^Upgrade/i, fold))).toEqual([
      'GET /base/chat HTTP/1.1',
      'host: a',
      'connection: upgrade',
      'upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Origin: http://shop',
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Proto: http',
      'X-Forwarded-Host: a',
      'Via: 1.1 causeway',
      'X-Request-Id: ws-1',
      '',
      '',
    ]);
  });

  test('what a trusted proxy says of the client', async () => {
    const backend = await startWebSockets();
    const gateway = await startGateway('node', { backends: [backend.url], headers: { trust: true } });
    const headers = { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' };
    await openWebSocket(gateway.url, { headers });
    expect(backend.requests[0]?.headers).toMatchObject({
      'x-forwarded-for': '192.0.2.1, 127.0.0.1',
      'x-forwarded-proto': 'https',
    });
  });

  test('no offer of a protocol in which requests travel', async () => {
    const backend = await startNamed('plain');
    const gateway = await startGateway('node', { backends: [backend.url] });
    for (const offer of ['h2c', 'TLS/1.0', 'HTTP/2.0', 'h2c, TLS/1.3', '"', ',']) {
      const text = requestFor(offer, '/orders').replace(
        '\r\n\r\n',
        '\r\nHTTP2-Settings: AAMAAABkAAQAoAAA\r\n\r\n',
      );
      const sent = await readResponseOn(sendUpgrade(gateway.port, text));
      expect([offer, sent.status, sent.body.toString()]).toEqual([offer, 200, 'plain']);
    }
    for (const { headers, url } of backend.requests) {
      expect([headers.upgrade, headers['http2-settings'], url]).toEqual([undefined, undefined, '/orders']);
    }
    await readResponseOn(sendUpgrade(gateway.port, requestFor('h2c, chat/2, TLS/1.3')));
    expect(backend.requests.at(-1)?.headers.upgrade).toBe('chat/2');
  });

  test('no upgrade from HTTP/1.0, which has none', async () => {
    const backend = await startRaw((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    const gateway = await startGateway('node', { backends: [backend.url] });
    const { text } = await readRaw(sendUpgrade(gateway.port, handshake().replace('1.1', '1.0')));
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/);
    expect(backend.received[0]).not.toMatch(/^upgrade:/im);
  });
});

function fold(name: string): string {
  return name.toLowerCase();
}

describe('a client gets', () => {
  test('the 101 as any other response', async () => {
    const backend = await startRaw((socket) => {
      const lines = [
        'upgrade: WebSocket',
        'Connection: upgrade, X-Private',
        `Sec-WebSocket-Accept: ${ACCEPT}`,
        'X-Private: 1',
        'Keep-Alive: timeout=5',
        'Content-Length: 7',
        'Proxy-Cause: faked',
        'Set-Cookie: a=\u00e9',
        'Set-Cookie: b=2',
      ];
      socket.end(`${switching(...lines)}bytes`, 'latin1');
    });
    const gateway = await startGateway('node', { backends: [backend.url] });
    const { text } = await readRaw(sendUpgrade(gateway.port, handshake()));
    expect(text.split('\r\n')).toEqual([
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: WebSocket',
      `Sec-WebSocket-Accept: ${ACCEPT}`,
      'Set-Cookie: a=\u00e9',
      'Set-Cookie: b=2',
      'Via: 1.1 causeway',
      '',
      'bytes',
    ]);
  });

  test.each([
    ['to another protocol', ['Connection: Upgrade', 'Upgrade: chat']],
    ['to more than was asked for', ['Connection: Upgrade', 'Upgrade: websocket, chat']],
    ['to nothing', []],
    ['to nothing that it names', ['Connection: Upgrade']],
    ['but the connection is not meant', ['Upgrade: websocket', `Sec-WebSocket-Accept: ${ACCEPT}`]],
    ['without an Accept', ['Connection: Upgrade', 'Upgrade: websocket']],
    [
      'with the Accept of another key',
      ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Accept: x'],
    ],
  ])('502 for a switch %s', async (_what, lines) => {
    let isClosed = false;
    const backend = await startRaw((socket) => {
      socket.write(switching(...lines));
      socket.on('close', () => (isClosed = true));
    });
    const gateway = await startGateway('node', { backends: [backend.url] });
    const sent = await readResponseOn(sendUpgrade(gateway.port, handshake()));
    expect(expectFailure(sent, 'upgrade_failed')).toMatchObject({
      attemptCount: 1,
      stopped: 'not_retryable',
    });
    expect(proxyStatusOf(sent)[0]?.parameters['error']).toBe('http_upgrade_failed');
    await until('the connection to the backend is closed', () => isClosed);
  });

  test.each([
    ['that nobody asked for', switching('Connection: Upgrade', 'Upgrade: x')],
    ['that nobody asked for, and that names nothing', switching()],
  ])('502 for a switch %s', async (_what, head) => {
    const backend = await startRaw((socket) => void socket.write(head));
    const gateway = await startGateway('node', { backends: [backend.url] });
    expectFailure(await send(gateway.url), 'upgrade_failed');
  });

  test('400 for an upgrade with a body, which no backend sees', async () => {
    const backend = await startNamed('x');
    const gateway = await startGateway('node', { backends: [backend.url] });
    const bodies = [
      ['Content-Length: 5', 'hello'],
      ['Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n\r\n'],
    ];
    for (const [line = '', body = ''] of bodies) {
      const text = handshake('/', line).replace('GET', 'POST');
      const sent = await readResponseOn(sendUpgrade(gateway.port, text + body));
      expectFailure(sent, 'request_rejected', 400);
    }
    expect(backend.requests).toEqual([]);
  });

  test('the head alone where it asks for the head alone', async () => {
    const backend = await startBackend((_request, response) => void response.end('body'));
    const gateway = await startGateway('node', { backends: [backend.url] });
    const { text } = await readRaw(sendUpgrade(gateway.port, handshake().replace('GET', 'HEAD')));
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
    expect(text).not.toContain('body');
  });
});

describe('bytes that come early', () => {
  test('from the client, with the request and after it, wait for the switch', async () => {
    let release: () => void = () => undefined;
    const backend = await startRaw((socket, head) => {
      if (!head.includes('chat')) return;
      release = () => socket.write(switching('Connection: Upgrade', 'Upgrade: chat/1'));
    });
    const gateway = await startGateway('node', { backends: [backend.url] });
    const socket = sendUpgrade(gateway.port, `${requestFor('chat/1')}one `);
    await until('the request', () => backend.received[0]?.endsWith('\r\n\r\n') === true);
    socket.write('two ');
    const isSent = new Promise((resolve) => socket.write('three ', resolve));
    await isSent;
    expect(backend.received[0]).toMatch(/\r\n\r\n$/);
    release();
    await until('all', () => backend.received[0]?.endsWith('\r\n\r\none two three ') === true);
  });

  test('are thrown away when there is no switch: they are no request', async () => {
    const backend = await startNamed('plain');
    const gateway = await startGateway('node', { backends: [backend.url] });
    const smuggled = 'GET /secret HTTP/1.1\r\nHost: a\r\n\r\n';
    const { text } = await readRaw(sendUpgrade(gateway.port, handshake() + smuggled));
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(backend.requests.map(({ url }) => url)).toEqual(['/']);
  });
});

describe('a backend that may speak HTTP/2', () => {
  test('is asked over HTTP/1.1', async () => {
    const { key, cert } = makeCertificate();
    const secure = createSecureServer({ key, cert, allowHTTP1: true });
    new WebSocketServer({ server: secure as unknown as Server }).on('connection', (socket) => {
      socket.on('message', (data) => socket.send(String(data)));
    });
    const { port } = await listen(secure);
    const backend = { url: `https://127.0.0.1:${port}`, protocol: 'alpn', tls: { ca: cert } } as const;
    const gateway = await startGateway('node', { backends: [backend] });
    const socket = await openWebSocket(gateway.url);
    socket.send('hello');
    expect(await messageOn(socket)).toBe('hello');
  });

  test.each(['with TLS', 'without'])('and nothing else is named as the reason (%s)', async (tls) => {
    const backend = await (tls === 'without' ? startHttp2 : startSecureHttp2)(() => undefined);
    const gateway = await startGateway('node', {
      backends: [{ url: backend.url, protocol: 'h2', ...(backend.ca && { tls: { ca: backend.ca } }) }],
    });
    const sent = await readResponseOn(sendUpgrade(gateway.port, handshake()));
    expectFailure(sent, 'http_version_mismatch');
  });
});

test('an answer without a switch goes at the pace of its reader', async () => {
  const body = Buffer.alloc(16_777_216, 'abcdefgh');
  const backend = await startBackend((_request, response) => void response.end(body));
  const gateway = await startGateway('node', { backends: [backend.url] });
  const { response } = await begin(gateway.url, { headers: { connection: 'Upgrade', upgrade: 'websocket' } });
  const answering = backend.requests[0]?.socket;
  await until('it is held up', () => (answering?.writableLength ?? 0) > 4_194_304);
  expect((await readResponse(response)).body.equals(body)).toBe(true);
});

test('on a connection that has served a request before, and that would have been closed when idle', async () => {
  const backend = await startWebSockets();
  const gateway = await startGateway('node', { backends: [backend.url] });
  gateway.server.keepAliveTimeout = 30;
  const socket = rawSocket(gateway.port);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await until('the answer', () => text.includes('no WebSocket'));
  socket.write(handshake());
  await until('the switch', () => text.includes('HTTP/1.1 101 '));
  await new Promise((resolve) => setTimeout(resolve, 100));
  // A masked ping without data.
  socket.write(Buffer.from([0x89, 0x80, 0, 0, 0, 0]));
  await until('the pong', () => text.endsWith('\x8a\x00'));
});
