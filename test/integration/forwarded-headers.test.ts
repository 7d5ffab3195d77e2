import { describe, expect, test } from 'vitest';
import { closedPort, type LiveBackend, startBackend, startRaw } from '../support/live-backend.ts';
import { send, sendRaw } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { expectFailure, proxyStatusOf } from '../support/live-problem.ts';

function lastHeaders(backend: LiveBackend) {
  return backend.requests.at(-1)?.headers ?? {};
}

function fine(): Promise<LiveBackend> {
  return startBackend((request, response) => {
    request.resume();
    response.end('fine');
  });
}

describe.each(ADAPTERS)('headers towards the backend, %s', (adapter) => {
  test('X-Forwarded-*, Via and X-Request-Id are added; the Host is kept', async () => {
    const backend = await fine();
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    await send(`${gateway.url}/x`, { headers: { host: 'shop.example:8080', 'X-Custom': 'Kept' } });
    expect(lastHeaders(backend)).toMatchObject({
      host: 'shop.example:8080',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'shop.example:8080',
      via: '1.1 causeway',
      'x-custom': 'Kept',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(backend.requests.at(-1)?.rawHeaders).toContain('X-Custom');
  });

  test('what an untrusted client claims is replaced, a trusted proxy is believed', async () => {
    const backend = await fine();
    const claims = {
      'X-Forwarded-For': '6.6.6.6',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'bank.example',
      Via: '1.1 edge',
    };
    const wary = await startGateway(adapter, { backends: [backend.url] });
    await send(wary.url, { headers: { host: 'a.example', ...claims } });
    expect(lastHeaders(backend)).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'a.example',
      via: '1.1 edge, 1.1 causeway',
    });
    const trust = ({ remoteAddress }: { remoteAddress: string | undefined }): boolean =>
      remoteAddress === '127.0.0.1';
    const trusting = await startGateway(adapter, { backends: [backend.url], headers: { trust } });
    await send(trusting.url, { headers: { host: 'a.example', ...claims } });
    expect(lastHeaders(backend)).toMatchObject({
      'x-forwarded-for': '6.6.6.6, 127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'bank.example',
    });
  });

  test('host: backend', async () => {
    const backend = await fine();
    const gateway = await startGateway(adapter, { backends: [backend.url], headers: { host: 'backend' } });
    await send(gateway.url, { headers: { host: 'shop.example' } });
    expect(lastHeaders(backend).host).toBe(`127.0.0.1:${backend.port}`);
    expect(lastHeaders(backend)['x-forwarded-host']).toBe('shop.example');
  });

  test('a sane request id is kept, another one is replaced', async () => {
    const backend = await fine();
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    await send(gateway.url, { headers: { 'X-Request-Id': 'trace:1/a' } });
    expect(lastHeaders(backend)['x-request-id']).toBe('trace:1/a');
    for (const insane of ['two words', '"><script>', 'x'.repeat(500)]) {
      await send(gateway.url, { headers: { 'X-Request-Id': insane } });
      expect(lastHeaders(backend)['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('hop-by-hop and nominated headers stay here, protected ones cannot be nominated', async () => {
    const backend = await fine();
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    await sendRaw(
      gateway.port,
      [
        'GET / HTTP/1.1',
        'Host: a',
        'Connection: close, X-Internal, Authorization, Cookie, X-Forwarded-For, Host, Via',
        'X-Internal: 1',
        'Authorization: Basic eDp5',
        'Cookie: a=1',
        'Via: 1.1 edge',
        'Keep-Alive: timeout=5',
        'TE: trailers',
        'Proxy-Authorization: Basic c2VjcmV0',
        'Proxy-Connection: close',
        '\r\n',
      ].join('\r\n'),
    );
    const headers = lastHeaders(backend);
    for (const gone of ['x-internal', 'keep-alive', 'te', 'proxy-authorization', 'proxy-connection']) {
      expect(headers).not.toHaveProperty(gone);
    }
    expect(headers).toMatchObject({
      host: 'a',
      authorization: 'Basic eDp5',
      cookie: 'a=1',
      via: '1.1 edge, 1.1 causeway',
      'x-forwarded-for': '127.0.0.1',
    });
  });

  test('header bytes above 127 arrive as they were sent, both ways', async () => {
    const backend = await startRaw((socket) => {
      socket.end(Buffer.from('HTTP/1.1 200 OK\r\nX-Name: Zo\xc3\xab\r\nContent-Length: 0\r\n\r\n', 'latin1'));
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const reply = await sendRaw(
      gateway.port,
      'GET /caf%C3%A9?q=a%20b HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Name: Zo\xc3\xab\r\n\r\n',
    );
    expect(backend.received[0]).toContain('GET /caf%C3%A9?q=a%20b HTTP/1.1\r\n');
    expect(backend.received[0]).toContain('X-Name: Zo\xc3\xab\r\n');
    expect(reply.text).toContain('X-Name: Zo\xc3\xab\r\n');
  });
});

describe.each(ADAPTERS)('headers towards the client, %s', (adapter) => {
  test('faked cause headers are dropped, Proxy-Status is kept, Via is added', async () => {
    const backend = await startBackend((_request, response) => {
      response.writeHead(200, {
        'Proxy-Cause': 'fake',
        'Proxy-Attempts': '99',
        'Proxy-Status': 'cache.example; hit',
        Via: '1.1 cache.example',
        Connection: 'close, X-Hop',
        'X-Hop': '1',
        'X-Kept': 'Yes',
      });
      response.end();
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const { headers } = await send(gateway.url);
    for (const gone of ['proxy-cause', 'proxy-attempts', 'x-hop']) expect(headers).not.toHaveProperty(gone);
    expect(headers['proxy-status']).toBe('cache.example; hit');
    expect(headers.via).toBe('1.1 cache.example, 1.1 causeway');
    expect(headers['x-kept']).toBe('Yes');
  });

  test("a backend's own 503 passes untouched after the retries, and says whose it is", async () => {
    const backend = await startBackend((_request, response) => {
      response.writeHead(503, 'Busy Now', {
        'Retry-After': '7',
        'Proxy-Status': 'inner; error=dns_error',
        'X-Own': '1',
      });
      response.end('their own page');
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const sent = await send(gateway.url);
    expect([sent.status, sent.body.toString()]).toEqual([503, 'their own page']);
    expect(sent.headers).toMatchObject({ 'retry-after': '7', 'x-own': '1', 'proxy-cause': 'backend_status' });
    expect(Number(sent.headers['proxy-attempts'])).toBe(backend.requests.length);
    expect(proxyStatusOf(sent)).toEqual([
      { who: 'inner', parameters: { error: 'dns_error' } },
      { who: 'causeway', parameters: { 'received-status': 503 } },
    ]);
  });

  test('a 503 of one backend is made good by another; a 500 is an answer', async () => {
    const busy = await startBackend((request, response) => {
      response.writeHead(request.url === '/bug' ? 500 : 503).end('no');
    });
    const good = await startBackend((_request, response) => response.end('good'));
    const gateway = await startGateway(adapter, { backends: [busy.url, good.url], random: () => 0 });
    const sent = await send(gateway.url);
    expect([sent.status, sent.headers['proxy-attempts']]).toEqual([200, '2']);
    const bug = await startGateway(adapter, { backends: [busy.url] });
    const answer = await send(`${bug.url}/bug`);
    expect([answer.status, answer.headers['proxy-cause']]).toEqual([500, undefined]);
  });

  test('a 503 of the only backend is asked for again before it passes', async () => {
    const busy = await startBackend((_request, response) => response.writeHead(503).end('no'));
    const gateway = await startGateway(adapter, { backends: [busy.url] });
    const sent = await send(gateway.url);
    expect([sent.status, sent.headers['proxy-attempts'], busy.requests.length]).toEqual([503, '3', 3]);
  });

  test('but not sooner than it asks for', async () => {
    const busy = await startBackend((_request, response) => {
      response.writeHead(503, { 'Retry-After': '120' }).end('no');
    });
    const gateway = await startGateway(adapter, { backends: [busy.url] });
    const sent = await send(gateway.url);
    expect([sent.status, sent.headers['retry-after'], busy.requests.length]).toEqual([503, '120', 1]);
  });

  test('a POST that got a 503 is not repeated', async () => {
    const busy = await startBackend((request, response) => {
      request.resume();
      response.writeHead(503).end('no');
    });
    const gateway = await startGateway(adapter, { backends: [busy.url] });
    const sent = await send(gateway.url, { method: 'POST', body: 'x' });
    expect([sent.status, sent.headers['proxy-attempts'], busy.requests.length]).toEqual([503, '1', 1]);
  });

  test('exposed headers of the backend are added to, not replaced', async () => {
    const backend = await startBackend((_request, response) => {
      response.writeHead(502, { 'Access-Control-Expose-Headers': 'X-Total' }).end();
    });
    const gateway = await startGateway(adapter, { backends: [backend.url], retry: false });
    const exposed = String((await send(gateway.url)).headers['access-control-expose-headers']);
    for (const name of ['X-Total', 'Proxy-Cause', 'Proxy-Status']) expect(exposed).toContain(name);
  });

  test.each([204, 304])('%i has no body', async (status) => {
    const backend = await startBackend((_request, response) =>
      response.writeHead(status, { ETag: '"1"' }).end(),
    );
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const reply = await sendRaw(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(reply.text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(reply.text).toMatch(/etag: "1"/i);
    expect(reply.text).not.toMatch(/transfer-encoding|content-length/i);
    expect(reply.text).toMatch(/\r\n\r\n$/);
  });

  test('the head of a HEAD response keeps its Content-Length', async () => {
    const backend = await startBackend((_request, response) =>
      response.writeHead(200, { 'Content-Length': 1234 }).end(),
    );
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const sent = await send(gateway.url, { method: 'HEAD' });
    expect([sent.status, sent.headers['content-length'], sent.body.length]).toEqual([200, '1234', 0]);
  });

  test('trailers arrive', async () => {
    const backend = await startBackend((_request, response) => {
      response.writeHead(200, { Trailer: 'X-Sum' });
      response.write('body');
      response.addTrailers({ 'X-Sum': '42' });
      response.end();
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const sent = await send(gateway.url);
    expect(sent.body.toString()).toBe('body');
    expect(sent.trailers).toMatchObject({ 'x-sum': '42' });
  });

  test('cause headers and framing cannot be faked in trailers', async () => {
    const trailers = 'Proxy-Cause: fake\r\nProxy-Attempts: 9\r\nTransfer-Encoding: gzip\r\nX-Fine: 1\r\n';
    const backend = await startRaw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n${trailers}\r\n`);
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const sent = await send(gateway.url);
    expect([sent.body.toString(), sent.complete]).toEqual(['body', true]);
    expect(sent.trailers).toEqual({ 'x-fine': '1' });
  });

  test('unusual statuses and reasons pass', async () => {
    const backend = await startRaw((socket, head) => {
      const status = /^GET \/(\d+)/.exec(head)?.[1] ?? '200';
      socket.end(`HTTP/1.1 ${status} Any Reason\r\nContent-Length: 2\r\n\r\nok`);
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    for (const status of [299, 418, 451, 599, 600, 799, 999]) {
      const sent = await send(`${gateway.url}/${status}`);
      expect([sent.status, sent.body.toString()]).toEqual([status, 'ok']);
    }
  });
});

describe.each(ADAPTERS)('requests that are not forwarded, %s', (adapter) => {
  const REFUSED: readonly [string, string][] = [
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    [
      'a coding beside chunked',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a fragment', 'GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n'],
    [
      'a Content-Length beside chunked',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
  ];

  test.each(REFUSED)('%s: 400', async (_what, bytes) => {
    const backend = await fine();
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const { text } = await sendRaw(gateway.port, bytes.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    if (text.includes('problem+json')) expect(text).toContain('Proxy-Cause: request_rejected');
    expect(backend.requests).toHaveLength(0);
  });

  test('a body over the limit: 413, announced or not', async () => {
    const backend = await fine();
    const gateway = await startGateway(adapter, { backends: [backend.url], limits: { requestBytes: 1_000 } });
    const post = { method: 'POST', body: 'x'.repeat(2_000) };
    expectFailure(await send(gateway.url, post), 'request_rejected', 413);
    expect(backend.requests).toHaveLength(0);
    const chunked = { ...post, headers: { 'transfer-encoding': 'chunked' } };
    expectFailure(await send(gateway.url, chunked), 'request_rejected', 413);
    expect((await send(gateway.url, { ...post, body: 'x'.repeat(1_000) })).status).toBe(200);
  });

  test('our own name in Via is a loop', async () => {
    const gateway = await startGateway(adapter, { backends: [`http://127.0.0.1:${await closedPort()}`] });
    const headers = { via: '1.1 edge, HTTP/1.1 causeway (comment)' };
    expectFailure(await send(gateway.url, { headers }), 'loop_detected');
    expectFailure(await send(gateway.url, { headers: { via: '1.1 causeway-2' } }), 'connection_refused');
  });

  test('a chain that leads back to the same name ends there, and the first one passes it on', async () => {
    const last = await startGateway(adapter, { backends: [`http://127.0.0.1:${await closedPort()}`] });
    const second = await startGateway(adapter, { backends: [last.url], name: 'second', retry: false });
    const first = await startGateway(adapter, { backends: [second.url], retry: false });
    const sent = await send(first.url);
    expect(sent.status).toBe(502);
    expect(sent.headers['proxy-cause']).toBe('backend_status');
    expect(proxyStatusOf(sent)).toMatchObject([
      { who: 'causeway', parameters: { error: 'proxy_loop_detected' } },
      { who: 'second', parameters: { 'received-status': 502 } },
      { who: 'causeway', parameters: { 'received-status': 502 } },
    ]);
  });

  test.each([
    ['GET //evil.example/x HTTP/1.1\r\nHost: a', 'GET //evil.example/x HTTP/1.1', 'a'],
    ['GET http://evil.example/x?y=1 HTTP/1.1\r\nHost: a', 'GET /x?y=1 HTTP/1.1', 'evil.example'],
    ['GET http://evil.example HTTP/1.1\r\nHost: a', 'GET / HTTP/1.1', 'evil.example'],
    ['GET /\\evil.example/x HTTP/1.1\r\nHost: a', 'GET /\\evil.example/x HTTP/1.1', 'a'],
    ['GET /http://evil.example/ HTTP/1.1\r\nHost: a', 'GET /http://evil.example/ HTTP/1.1', 'a'],
    ['GET /../../x HTTP/1.1\r\nHost: a', 'GET /../../x HTTP/1.1', 'a'],
  ])('%j goes to the backend all the same', async (request, line, host) => {
    const backend = await startRaw(
      (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    );
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const { text } = await sendRaw(gateway.port, `${request}\r\nConnection: close\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(backend.received[0]).toMatch(new RegExp(`^${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\r\n`));
    expect(backend.received[0]).toMatch(new RegExp(`^Host: ${host}\r$`, 'im'));
  });
});
