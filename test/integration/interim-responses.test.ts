import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startNamed, startRaw } from '../support/live-backend.ts';
import { open, rawSocket, readResponse, responseOf, send, sendRaw } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe.each(ADAPTERS)('interim responses, %s', (adapter) => {
  test('arrive before the backend has made up its mind', async () => {
    let goOn: () => void = () => expect.fail();
    const backend = await startRaw((socket) => {
      socket.write(HINTS);
      goOn = () => void socket.write(OK);
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const request = open(gateway.url);
    request.end();
    const [info] = (await once(request, 'information')) as [{ statusCode: number; headers: object }];
    expect(info).toMatchObject({ statusCode: 103, headers: { link: '</a.css>; rel=preload' } });
    goOn();
    expect((await readResponse(await responseOf(request))).body.toString()).toBe('ok');
  });

  test('are not for clients of HTTP/1.0', async () => {
    const backend = await startRaw((socket) => void socket.write(HINTS + OK));
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const { text } = await sendRaw(gateway.port, 'GET / HTTP/1.0\r\nHost: a\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  test('are no answer: a GET goes elsewhere when nothing follows, a POST does not', async () => {
    const dying = await startRaw((socket) => void socket.end(HINTS));
    const good = await startNamed('good');
    const gateway = await startGateway(adapter, { backends: [dying.url, { url: good.url, tier: 1 }] });
    expect((await send(gateway.url)).body.toString()).toBe('good');
    const post = await send(gateway.url, { method: 'POST', body: 'x' });
    expect([post.status, post.headers['proxy-cause']]).toEqual([502, 'closed_before_response']);
    expect(good.requests.map(({ method }) => method)).toEqual(['GET']);
  });
});

test('a flood of them does not pile up before a client that does not read', async () => {
  const backend = await startRaw((socket) => {
    const hint = `HTTP/1.1 103 Early Hints\r\nLink: <${'x'.repeat(8_000)}>\r\n\r\n`.repeat(8);
    const flood = (): void => {
      while (socket.writable && socket.write(hint));
      socket.once('drain', flood);
    };
    flood();
  });
  const gateway = await startGateway('node', {
    backends: [backend.url],
    retry: false,
    timeouts: { firstByteMs: 400 },
  });
  const causes: unknown[] = [];
  gateway.gateway.on('exchange', ({ cause }) => void causes.push(cause));
  const client = rawSocket(gateway.port);
  client.pause();
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await until('a connection', () => gateway.sockets.size === 1);
  const [socket] = gateway.sockets;
  let most = 0;
  await until('the end of it', () => {
    most = Math.max(most, socket?.writableLength ?? 0);
    return causes.length === 1;
  });
  expect(causes).toEqual(['first_byte_timeout']);
  expect(most).toBeLessThan(200_000);
});
