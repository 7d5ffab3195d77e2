import { createServer } from 'node:https';
import type { BackendStatus, GatewayOptions } from 'causeway-proxy';
import { describe, expect, test } from 'vitest';
import { closedPort, startBackend, startNamed, startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { type LiveGateway, startGateway } from '../support/live-gateway.ts';
import { makeCertificate } from '../support/live-http2.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';
import { listen } from '../support/live-server.ts';

type Health = Exclude<GatewayOptions['health'], false | undefined>;

function start(backend: string, health: Health = {}): Promise<LiveGateway> {
  return startGateway('node', {
    backends: [backend],
    health: { path: '/healthz', intervalMs: 100, fall: 1, rise: 1, ...health },
  });
}

function statusOf({ gateway }: LiveGateway): BackendStatus | undefined {
  return gateway.backends.list()[0];
}

async function untilState(gateway: LiveGateway, state: BackendStatus['state']): Promise<void> {
  await until(`state ${state}`, () => statusOf(gateway)?.state === state);
}

const SELF_SIGNED = makeCertificate();
/** The first check is all it takes. */
const SLOW: Health = { intervalMs: 5_000 };

describe('what fails has the name that it has for requests', () => {
  const sayingRaw = (bytes: string) => async () => (await startRaw((socket) => socket.end(bytes))).url;
  const secure = async (): Promise<string> => {
    const server = createServer(SELF_SIGNED, (_request, response) => response.end('ok'));
    return `https://127.0.0.1:${(await listen(server)).port}`;
  };
  const plain = async (): Promise<string> => (await startNamed('a')).url;

  test.each<[string, () => Promise<string>, Health]>([
    ['connection_refused', async () => `http://127.0.0.1:${await closedPort()}`, {}],
    [
      'connection_refused',
      async () => `http://127.0.0.1:${await closedPort()}`,
      { path: undefined } as never,
    ],
    ['first_byte_timeout', async () => (await startBackend(() => undefined)).url, { timeoutMs: 50 }],
    ['closed_before_response', async () => (await startRaw((socket) => socket.destroy())).url, SLOW],
    ['response_not_http', sayingRaw('SSH-2.0-OpenSSH_9.6\r\n'), {}],
    ['backend_status', sayingRaw('HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n'), {}],
    ['backend_status', sayingRaw('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n'), {}],
    ['backend_status', plain, { expect: 204 }],
    ['tls_certificate_untrusted', secure, {}],
    ['tls_certificate_untrusted', secure, { path: undefined } as never],
    ['tls_on_plaintext_port', async () => (await plain()).replace('http:', 'https:'), {}],
    ['plaintext_on_tls_port', async () => (await secure()).replace('https:', 'http:'), SLOW],
  ])('%s', async (cause, backend, health) => {
    const gateway = await start(await backend(), health);
    await untilState(gateway, 'down');
    expect(statusOf(gateway)).toMatchObject({ in: false, cause });
    const sent = await send(gateway.url);
    const problem = expectFailure(sent, 'no_healthy_backend');
    expect(problem).toMatchObject({ attemptCount: 0, underlying: [cause] });
    expect(sent.ms).toBeLessThan(1_000);
  });
});

test('a request like any other: Host, prefix, own headers', async () => {
  const backend = await startNamed('a');
  await start(`${backend.url}/base`, { headers: { 'X-Check': '1' } });
  await until('a check', () => backend.requests.length > 0);
  const [{ url, method, headers } = {}] = backend.requests;
  expect({ url, method }).toEqual({ url: '/base/healthz', method: 'GET' });
  expect(headers).toMatchObject({
    host: `127.0.0.1:${backend.port}`,
    'user-agent': 'causeway (health check)',
    'x-check': '1',
    via: '1.1 causeway',
  });
});

test('Host and User-Agent may be given', async () => {
  const backend = await startNamed('a');
  await start(backend.url, { method: 'HEAD', headers: { Host: 'health.internal', 'user-agent': 'me' } });
  await until('a check', () => backend.requests.length > 0);
  const [{ method, headers } = {}] = backend.requests;
  expect(method).toBe('HEAD');
  expect(headers).toMatchObject({ host: 'health.internal', 'user-agent': 'me' });
});

test('each check has a connection of its own, which it closes', async () => {
  const backend = await startNamed('a');
  const gateway = await start(backend.url);
  await send(gateway.url);
  await until('five checks', () => backend.requests.length > 5);
  expect(backend.accepted()).toBe(backend.requests.length);
  await until('that of the request alone', () => backend.sockets.size === 1);
});

test('a connection is enough where no path is given: nothing is sent', async () => {
  const backend = await startRaw(() => undefined);
  const gateway = await startGateway('node', {
    backends: [backend.url],
    health: { intervalMs: 100, rise: 1, fall: 1 },
  });
  await until('three checks', () => backend.accepted() >= 3);
  expect(backend.received.join('')).toBe('');
  await backend.close();
  await untilState(gateway, 'down');
  expect(statusOf(gateway)?.cause).toBe('connection_refused');
});

test('a backend that is well again gets requests again', async () => {
  let status = 503;
  const backend = await startBackend((request, response) => {
    if (request.url === '/healthz') response.statusCode = status;
    response.end('ok');
  });
  const gateway = await start(backend.url);
  await untilState(gateway, 'down');
  expectFailure(await send(gateway.url), 'no_healthy_backend');
  status = 200;
  await untilState(gateway, 'available');
  expect((await send(gateway.url)).status).toBe(200);
});

test('out until proven good', async () => {
  const held: (() => void)[] = [];
  const backend = await startBackend((request, response) => {
    if (request.url !== '/healthz') return void response.end('ok');
    held.push(() => void response.end());
  });
  const gateway = await start(backend.url, { initial: 'down', rise: 5, intervalMs: 5_000 });
  expectFailure(await send(gateway.url), 'no_healthy_backend');
  await until('the first check', () => held.length === 1);
  held[0]?.();
  await untilState(gateway, 'available');
  expect((await send(gateway.url)).status).toBe(200);
});

test('who joins is checked, who left is not', async () => {
  const [first, second] = [await startNamed('a'), await startNamed('b')];
  const gateway = await start(first.url);
  gateway.gateway.backends.add({ url: second.url, name: 'second' });
  await until('a check of the second', () => second.requests.length > 0);
  await gateway.gateway.backends.remove('second');
  await until('nothing there', () => second.sockets.size === 0);
  const [before, checked] = [second.requests.length, first.requests.length];
  await until('more checks of the first', () => first.requests.length > checked + 5);
  expect(second.requests.length).toBe(before);
});

test('after close() nothing is checked', async () => {
  const backend = await startNamed('a');
  const gateway = await start(backend.url);
  await until('two checks', () => backend.requests.length >= 2);
  await gateway.gateway.close();
  await until('no connection', () => backend.sockets.size === 0);
  const checked = backend.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(backend.requests.length).toBe(checked);
});

test('close() ends a check that is under way', async () => {
  const backend = await startBackend(() => undefined);
  const gateway = await start(backend.url, { intervalMs: 60_000, timeoutMs: 60_000 });
  await until('a check', () => backend.requests.length === 1);
  await gateway.gateway.close();
  await until('no connection', () => backend.sockets.size === 0);
});
