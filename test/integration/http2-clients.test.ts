import { once } from 'node:events';
import { constants } from 'node:http2';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedPort, startBackend, startRaw } from '../support/live-backend.ts';
import { readAllFrom } from '../support/live-client.ts';
import { type Answer, answerOn, ask, openStream, startHttp2Front } from '../support/live-http2-front.ts';
import { until } from '../support/live-measure.ts';
import { shown, startRecorder } from '../support/live-recorder.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** By the gateway, or by Node's own parser. */
function wasRefused({ headers, code }: Answer): boolean {
  return Number(headers[':status']) === 400 || code === constants.NGHTTP2_PROTOCOL_ERROR;
}

/** Warnings of the process: Node emits one for what is illegal in HTTP/2, and then leaves it out. */
function watchWarnings(): string[] {
  const warnings: string[] = [];
  const note = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  return warnings;
}

describe.each(['koa', 'node'] as const)('clients that speak HTTP/2, %s', (adapter) => {
  test('a request arrives as one of HTTP/1.1', async () => {
    const warnings = watchWarnings();
    const backend = await startRecorder();
    const { session, port } = await startHttp2Front(adapter, { backends: [backend.url] });
    const authority = `127.0.0.1:${port}`;
    expect(await ask(session, { ':path': '/a%2Fb?c', 'x-own': 'kept', te: 'trailers' })).toMatchObject({
      headers: { ':status': 200 },
      body: 'ok',
      code: 0,
    });
    await ask(session, { ':method': 'POST', ':path': '/x' }, 'hello');
    await ask(session, { ':method': 'POST', ':path': '/x', 'content-length': 5 }, 'hello');
    await ask(session, { ':method': 'QUERY', ':path': '/x' }, '');
    expect(backend.requests.map(shown)).toEqual([
      `GET /a%2Fb?c HTTP/1.1\nhost: ${authority}\nx-own: kept\n\n`,
      `POST /x HTTP/1.1\nhost: ${authority}\ntransfer-encoding: chunked\n\nhello`,
      `POST /x HTTP/1.1\nhost: ${authority}\ncontent-length: 5\n\nhello`,
      `QUERY /x HTTP/1.1\nhost: ${authority}\ncontent-length: 0\n\n`,
    ]);
    expect(backend.requests[0]?.headers).toContain('Via: 2.0 causeway');
    expect(warnings).toEqual([]);
    expect(backend.strays()).toEqual([]);
  });

  test('crumbs of a cookie are put together (RFC 9113 section 8.2.3)', async () => {
    const backend = await startRecorder();
    const { session } = await startHttp2Front(adapter, { backends: [backend.url] });
    await ask(session, { ':path': '/', 'x-a': '1', cookie: ['a=1', 'b=2'], 'x-b': ['3', '4'] } as never);
    const { headers = [] } = backend.requests[0] ?? {};
    expect(headers.filter((line) => /^cookie:/i.test(line))).toEqual(['cookie: a=1; b=2']);
    expect(headers).toEqual(expect.arrayContaining(['x-a: 1', 'x-b: 3', 'x-b: 4']));
  });

  test('a Host beside :authority must say the same, and :authority counts', async () => {
    const backend = await startRecorder();
    const { session } = await startHttp2Front(adapter, { backends: [backend.url] });
    expect(wasRefused(await ask(session, { ':authority': 'a', host: 'b' }))).toBe(true);
    expect(wasRefused(await ask(session, { ':authority': 'a', host: 'a' }))).toBe(false);
    for (const authority of ['a b', 'a/b', 'user@a', 'a:x']) {
      expect(wasRefused(await ask(session, { ':authority': authority }))).toBe(true);
    }
    expect(backend.requests.map(shown)).toEqual(['GET / HTTP/1.1\nhost: a\n\n']);
  });

  test('OPTIONS * is answered, and a target that is no path is refused', async () => {
    const backend = await startRecorder();
    const { session } = await startHttp2Front(adapter, { backends: [backend.url] });
    expect((await ask(session, { ':method': 'OPTIONS', ':path': '*' })).headers[':status']).toBe(204);
    for (const path of ['x', '/a#b', '/a b', '*', 'http://a/']) {
      expect(wasRefused(await ask(session, { ':path': path }))).toBe(true);
    }
    expect(backend.requests).toEqual([]);
  });

  test.each([
    ['more', 'hello, and more'],
    ['less', 'hel'],
  ])('a body that is %s than its length says is no request', async (_what, body) => {
    const backend = await startRecorder();
    const { session } = await startHttp2Front(adapter, { backends: [backend.url] });
    const answer = await ask(session, { ':method': 'POST', ':path': '/', 'content-length': 5 }, body);
    expect(answer.headers[':status']).not.toBe(200);
    await until('the backend is free', () => backend.sockets.size === 0);
    expect(backend.requests).toEqual([]);
  });

  test('a method that is none is refused', async () => {
    const backend = await startRecorder();
    const { session } = await startHttp2Front(adapter, { backends: [backend.url] });
    for (const method of ['G T', 'GET / HTTP/1.1\r\nX:', 'GÉT', '']) {
      const answer = await ask(session, { ':method': method }).catch(() => undefined);
      expect(answer?.headers[':status']).not.toBe(200);
    }
    expect(backend.requests).toEqual([]);
  });

  test('what is legal in HTTP/1.1 alone does not reach them, everything else does', async () => {
    const warnings = watchWarnings();
    const lines = [
      'Connection: keep-alive, X-Hop',
      'X-Hop: 1',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: close',
      'Upgrade: h2c',
      'Transfer-Encoding: chunked',
      'Set-Cookie: a=1',
      'X-Mixed-Case: Yes',
      'Set-Cookie: b=2',
      'Link: </a>',
      'Link: </b>',
    ];
    const backend = await startRaw((socket) => {
      socket.write(`HTTP/1.1 200 Fine\r\n${lines.join('\r\n')}\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n`);
    });
    const { session } = await startHttp2Front(adapter, { backends: [backend.url] });
    const { headers, body, trailers, code } = await ask(session);
    expect([body, code, trailers['x-sum']]).toEqual(['ok', 0, '1']);
    expect(headers).toMatchObject({
      ':status': 200,
      'set-cookie': ['a=1', 'b=2'],
      'x-mixed-case': 'Yes',
      link: '</a>, </b>',
    });
    for (const name of [
      'connection',
      'keep-alive',
      'proxy-connection',
      'upgrade',
      'transfer-encoding',
      'x-hop',
    ]) {
      expect(headers).not.toHaveProperty(name);
    }
    expect(warnings).toEqual([]);
  });

  test('HEAD, 204, 304, and statuses of any kind', async () => {
    const backend = await startBackend((request, response) => {
      const status = Number(request.url?.slice(1));
      const length = request.method === 'HEAD' || status === 304 ? { 'Content-Length': 5 } : {};
      response.writeHead(status, { ETag: '"1"', ...length }).end();
    });
    const { session } = await startHttp2Front(adapter, { backends: [backend.url], retry: false });
    const head = await ask(session, { ':method': 'HEAD', ':path': '/200' });
    expect([head.headers['content-length'], head.body, head.code]).toEqual(['5', '', 0]);
    for (const status of [204, 205, 304, 404, 418, 500, 503, 599]) {
      const { headers, code } = await ask(session, { ':path': `/${status}` });
      expect([headers[':status'], headers.etag, code]).toEqual([status, '"1"', 0]);
    }
  });

  test('early hints', async () => {
    const backend = await startRaw((socket) => {
      socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\nConnection: x\r\n\r\n`);
      socket.write(`HTTP/1.1 102 Processing\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`);
    });
    const { session } = await startHttp2Front(adapter, { backends: [backend.url] });
    const { interim, body } = await ask(session);
    expect(interim).toMatchObject([{ ':status': 103, link: '</a>, </b>' }, { ':status': 102 }]);
    expect(interim[0]).not.toHaveProperty('connection');
    expect(body).toBe('ok');
  });

  test('the structured failure', async () => {
    const warnings = watchWarnings();
    const { session } = await startHttp2Front(adapter, {
      backends: [`http://127.0.0.1:${await closedPort()}`],
    });
    const { headers, body, code } = await ask(session);
    expect([headers[':status'], headers['proxy-cause'], code]).toEqual([502, 'connection_refused', 0]);
    expect(JSON.parse(body)).toMatchObject({ cause: 'connection_refused' });
    const upload = await ask(session, { ':method': 'POST' }, Buffer.alloc(300_000));
    expect(upload.headers[':status']).toBe(502);
    expect(warnings).toEqual([]);
  });

  test.each([
    ['at once, behind a length', 'Content-Length: 10\r\n\r\nhalf', 0],
    ['at once, in chunks', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', 0],
    ['later, behind a length', 'Content-Length: 10\r\n\r\nhalf', 30],
    ['later, in chunks', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', 30],
  ])('a response that breaks off resets its stream, and no other: %s', async (_what, rest, afterMs) => {
    const backend = await startRaw((socket, head) => {
      if (!head.includes('GET /cut')) return void socket.write(`${OK}Content-Length: 2\r\n\r\nok`);
      socket.write(OK + rest);
      setTimeout(() => void socket.end(), afterMs);
    });
    const { session } = await startHttp2Front(adapter, { backends: [backend.url], retry: false });
    const cut = await ask(session, { ':path': '/cut' });
    expect(cut.code).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    expect('half'.startsWith(cut.body)).toBe(true);
    expect((await ask(session)).body).toBe('ok');
  });

  test('a client that cancels a stream frees the backend, and harms no other', async () => {
    const backend = await startBackend((request, response) => {
      if (request.url === '/slow') response.write('first');
      else response.end('ok');
    });
    const { session, gateway } = await startHttp2Front(adapter, { backends: [backend.url] });
    const causes: unknown[] = [];
    gateway.on('exchange', ({ cause }) => void causes.push(cause));
    const stream = openStream(session, { ':path': '/slow' });
    stream.end();
    await once(stream, 'data');
    stream.close(constants.NGHTTP2_CANCEL);
    await until('the exchange has ended', () => causes.length === 1);
    expect(causes).toEqual(['client_aborted']);
    await until('its connection is closed', () => backend.sockets.size === 0);
    expect((await ask(session)).body).toBe('ok');
  });

  test('large bodies both ways, and many streams at a time', async () => {
    const backend = await startBackend((request, response) => {
      void readAllFrom(request).then((body) => response.end(body));
    });
    const { session } = await startHttp2Front(adapter, { backends: [backend.url] });
    const bodies = Array.from({ length: 30 }, (_, i) => String(i % 10).repeat(100_000 + i));
    const answers = await Promise.all(bodies.map((body) => ask(session, { ':method': 'POST' }, body)));
    expect(answers.map(({ body, code }, i) => [body === bodies[i], code])).toEqual(
      bodies.map(() => [true, 0]),
    );
  });

  test('an upload that is answered early', async () => {
    const backend = await startBackend((_request, response) => response.writeHead(413).end('too large'));
    const { session } = await startHttp2Front(adapter, { backends: [backend.url] });
    const stream = openStream(session, { ':method': 'POST' });
    stream.write(Buffer.alloc(100_000));
    const { headers, body } = await answerOn(stream);
    expect([headers[':status'], body]).toEqual([413, 'too large']);
  });
});
