import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:http2';
import { createServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startNamed } from '../support/live-backend.ts';
import { open, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { makeCertificate, type OnStream, startHttp2, startSecureHttp2 } from '../support/live-http2.ts';
import { expectFailure } from '../support/live-problem.ts';
import { listen } from '../support/live-server.ts';

const answering: OnStream = (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'text/plain' });
  stream.end('over http2');
};

describe.each(ADAPTERS)('HTTP/2 backends, %s', (adapter) => {
  test('by prior knowledge: head, body and trailers arrive, both ways', async () => {
    const backend = await startHttp2((stream, headers) => {
      const hash = createHash('sha256');
      stream.on('data', (chunk: Buffer) => hash.update(chunk));
      stream.on('end', () => {
        const cookies = ['a=1', 'b=2'];
        stream.respond(
          { ':status': 201, 'set-cookie': cookies, 'x-seen': String(headers['x-sent']) },
          { waitForTrailers: true },
        );
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-checksum': 'abc' }));
        stream.end(hash.digest('hex'));
      });
    });
    const gateway = await startGateway(adapter, {
      backends: [{ url: `${backend.url}/base`, protocol: 'h2' }],
    });
    const body = randomBytes(300_000);
    const sent = await send(`${gateway.url}/x?y=1`, {
      method: 'POST',
      body,
      headers: { 'x-sent': 'me', host: 'shop.example' },
    });
    expect(sent.status).toBe(201);
    expect(sent.body.toString()).toBe(createHash('sha256').update(body).digest('hex'));
    expect(sent.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-seen': 'me', via: '2.0 causeway' });
    expect(sent.trailers).toEqual({ 'x-checksum': 'abc' });
    expect(backend.requests[0]).toMatchObject({
      ':path': '/base/x?y=1',
      ':authority': 'shop.example',
      'x-forwarded-host': 'shop.example',
    });
  });

  test('over TLS', async () => {
    const backend = await startSecureHttp2(answering);
    const gateway = await startGateway(adapter, {
      backends: [{ url: backend.url, protocol: 'h2', tls: { ca: backend.ca as Buffer } }],
    });
    for (let i = 0; i < 3; i += 1) expect((await send(gateway.url)).body.toString()).toBe('over http2');
    expect(backend.sessionsSeen()).toBe(1);
  });

  test('by agreement in the handshake: HTTP/2 where both can, else HTTP/1.1', async () => {
    const two = await startSecureHttp2(answering, true);
    const gateway = await startGateway(adapter, {
      backends: [{ url: two.url, protocol: 'alpn', tls: { ca: two.ca as Buffer } }],
    });
    expect((await send(gateway.url)).body.toString()).toBe('over http2');
    expect(two.requests).toHaveLength(1);
    const pair = makeCertificate();
    const { port } = await listen(createServer(pair, (_request, response) => response.end('over http1')));
    const older = await startGateway(adapter, {
      backends: [{ url: `https://127.0.0.1:${port}`, protocol: 'alpn', tls: { ca: pair.cert } }],
    });
    for (let i = 0; i < 3; i += 1) expect((await send(older.url)).body.toString()).toBe('over http1');
  });

  test('HTTP/2 was asked for, but the backend has only HTTP/1.1', async () => {
    const plain = await startNamed('http1');
    const gateway = await startGateway(adapter, { backends: [{ url: plain.url, protocol: 'h2' }] });
    expectFailure(await send(gateway.url), 'http_version_mismatch');
    expect(plain.requests).toEqual([]);
  });

  test('many requests at once share connections', async () => {
    const backend = await startHttp2((stream) => setTimeout(() => answering(stream, {}), 5));
    const gateway = await startGateway(adapter, { backends: [{ url: backend.url, protocol: 'h2' }] });
    await send(gateway.url);
    const all = await Promise.all(Array.from({ length: 60 }, () => send(gateway.url)));
    expect(all.map(({ status }) => status)).toEqual(Array(60).fill(200));
    expect(backend.sessionsSeen()).toBe(1);
  });

  test('a refused stream was not processed: even a POST goes elsewhere', async () => {
    const refusing = await startHttp2((stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM));
    const alone = await startGateway(adapter, {
      backends: [{ url: refusing.url, protocol: 'h2' }],
      retry: false,
    });
    expect(
      expectFailure(await send(alone.url, { method: 'POST', body: 'x' }), 'stream_refused'),
    ).toMatchObject({
      reached: 'no',
      retryable: true,
    });
    const good = await startNamed('good');
    const gateway = await startGateway(adapter, {
      backends: [{ url: refusing.url, protocol: 'h2' }, good.url],
      random: () => 0,
    });
    expect((await send(gateway.url, { method: 'POST', body: 'x' })).body.toString()).toBe('good');
  });

  test.each([
    ['INTERNAL_ERROR', constants.NGHTTP2_INTERNAL_ERROR],
    ['CANCEL', constants.NGHTTP2_CANCEL],
    ['NO_ERROR', constants.NGHTTP2_NO_ERROR],
  ])('a reset stream may have been processed: a POST goes out once (%s)', async (_name, code) => {
    const backend = await startHttp2((stream) => stream.close(code));
    const good = await startNamed('good');
    const gateway = await startGateway(adapter, {
      backends: [{ url: backend.url, protocol: 'h2' }, good.url],
      random: () => 0,
    });
    expectFailure(await send(gateway.url, { method: 'POST', body: 'x' }), 'stream_reset');
    expect(backend.requests).toHaveLength(1);
    expect((await send(gateway.url)).body.toString()).toBe('good');
  });

  test('a connection that dies in the middle of a body breaks the client’s', async () => {
    const backend = await startHttp2((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('half');
      setTimeout(() => stream.session?.destroy(), 30);
    });
    const gateway = await startGateway(adapter, { backends: [{ url: backend.url, protocol: 'h2' }] });
    const causes: unknown[] = [];
    gateway.gateway.on('exchange', ({ cause }) => void causes.push(cause));
    const sent = await send(gateway.url);
    expect([sent.body.toString(), sent.complete]).toEqual(['half', false]);
    expect(causes).toEqual(['response_truncated']);
  });

  test('a backend that goes away gracefully loses no request', async () => {
    let served = 0;
    const backend = await startHttp2((stream) => {
      served += 1;
      // Each third request is the last one on its connection.
      if (served % 3 === 0) stream.session?.close();
      answering(stream, {});
    });
    const gateway = await startGateway(adapter, {
      backends: [{ url: backend.url, protocol: 'h2' }],
      retry: false,
    });
    for (let i = 0; i < 12; i += 1) expect((await send(gateway.url)).status).toBe(200);
    expect(backend.sessionsSeen()).toBeGreaterThan(3);
  });

  test('a client that leaves ends its stream, and no other', async () => {
    const closed: unknown[] = [];
    const backend = await startHttp2((stream, headers) => {
      stream.on('close', () => closed.push(headers[':path']));
      if (headers[':path'] === '/slow') return;
      setTimeout(() => answering(stream, {}), 100);
    });
    const gateway = await startGateway(adapter, { backends: [{ url: backend.url, protocol: 'h2' }] });
    await send(gateway.url);
    const leaving = open(`${gateway.url}/slow`);
    leaving.end();
    const staying = send(gateway.url);
    await sleep(30);
    leaving.destroy();
    expect((await staying).status).toBe(200);
    expect(backend.sessionsSeen()).toBe(1);
    expect(closed).toEqual(['/', '/slow', '/']);
  });

  test('HEAD and 204', async () => {
    const backend = await startHttp2((stream, headers) => {
      stream.respond(
        headers[':method'] === 'HEAD' ? { ':status': 200, 'content-length': '5' } : { ':status': 204 },
        { endStream: true },
      );
    });
    const gateway = await startGateway(adapter, { backends: [{ url: backend.url, protocol: 'h2' }] });
    const head = await send(gateway.url, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.complete]).toEqual([200, '5', true]);
    expect((await send(gateway.url)).status).toBe(204);
  });
});
