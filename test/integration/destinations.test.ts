import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackendLists, type BackendOptions, createGateway, type GatewayOptions } from 'causeway-proxy';
import { httpProxyMiddleware } from 'causeway-proxy/http-proxy-middleware';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import type { Destinations } from '../../src/engine/destinations.ts';
import { DirectForwarder } from '../../src/forwarders/direct.ts';
import { settleDestinations } from '../../src/options/destinations.ts';
import { fakeTarget } from '../support/fake-exchange.ts';
import { startNamed } from '../support/live-backend.ts';
import { rawSocket, send } from '../support/live-client.ts';
import { laneOptions } from '../support/cause-lanes.ts';
import { ourMiddleware, serveListener } from '../support/live-compatible.ts';
import { startDns } from '../support/live-dns.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure, proxyStatusOf } from '../support/live-problem.ts';
import { listen } from '../support/live-server.ts';
import { handshake, readResponseOn } from '../support/live-upgrade.ts';

/** As an app would find them somewhere: nothing is known of them at construction. */
async function* found(...backends: readonly (string | BackendOptions)[]): BackendLists {
  yield await Promise.resolve(backends);
}

const post = { method: 'POST', body: 'x' };

describe.each(ADAPTERS)('a name that leads where it must not, %s', (adapter) => {
  test('is answered with destination_prohibited, and nothing connects', async () => {
    const backend = await startNamed('internal');
    const { resolver } = await startDns({ 'api.test': { A: ['127.0.0.1'] } });
    const backends = [`http://api.test:${backend.port}`];
    const gateway = await startGateway(adapter, { backends, resolver, destinations: {} });
    const sent = await send(gateway.url, post);
    const problem = expectFailure(sent, 'destination_prohibited');
    expect(problem).toMatchObject({ reached: 'no', stopped: 'not_retryable', attemptCount: 1 });
    expect(problem['remedy']).toContain('It is a loopback address.');
    expect(sent.body.toString()).not.toContain('127.0.0.1"');
    expect(proxyStatusOf(sent).at(-1)?.parameters['error']).toBe('destination_ip_prohibited');
    for (let i = 0; i < 10; i += 1) expectFailure(await send(gateway.url), 'destination_prohibited');
    expect(gateway.gateway.backends.list()).toMatchObject([{ state: 'available' }]);
    expect(backend.accepted()).toBe(0);
  });

  test.each<[string, GatewayOptions['destinations']]>([
    ['private', { private: true }],
    ['its address', { allow: ['127.0.0.1'] }],
    ['its range', { allow: ['127.0.0.0/8'] }],
    ['its host, where private is', { allow: ['*.test'], private: true }],
    ['nothing said', false],
  ])('is allowed by %s', async (_what, destinations = false) => {
    const backend = await startNamed('internal');
    const { resolver } = await startDns({ 'api.test': { A: ['127.0.0.1'] } });
    const backends = [`http://api.test:${backend.port}`];
    const gateway = await startGateway(adapter, { backends, resolver, destinations });
    expect((await send(gateway.url, post)).body.toString()).toBe('internal');
  });
});

test('of several addresses, only those that are allowed are connected to', async () => {
  const forbidden = await startNamed('forbidden');
  const allowed = await startNamed('allowed', { host: '127.0.0.2', port: forbidden.port });
  const { resolver } = await startDns({ 'api.test': { A: ['127.0.0.1', '127.0.0.2'] } });
  const backends = [`http://api.test:${forbidden.port}`];
  const gateway = await startGateway('node', { backends, resolver, destinations: { allow: ['127.0.0.2'] } });
  for (let i = 0; i < 20; i += 1) expect((await send(gateway.url, post)).body.toString()).toBe('allowed');
  expect([forbidden.accepted(), allowed.accepted() > 0]).toEqual([0, true]);
});

test('a name that says something else the next time (DNS rebinding) is judged anew', async () => {
  const good = await startNamed('good', { host: '127.0.0.2' });
  const bad = await startNamed('bad', { port: good.port });
  const { resolver, say } = await startDns({ 'api.test': { A: ['127.0.0.2'] } });
  const backends = [`http://api.test:${good.port}`];
  const gateway = await startGateway('node', {
    backends,
    resolver,
    retry: false,
    destinations: { allow: ['127.0.0.2'] },
  });
  expect((await send(gateway.url)).body.toString()).toBe('good');
  say('api.test', { A: ['127.0.0.1'] });
  await good.close();
  let cause: unknown;
  // The answer is kept for a second.
  while (cause !== 'destination_prohibited') cause = (await send(gateway.url)).headers['proxy-cause'];
  expect(bad.accepted()).toBe(0);
});

describe('backends from a list', () => {
  test.each(['http://169.254.169.254/latest/', 'http://[fd00:ec2::254]/', 'http://2852039166/'])(
    'the metadata service of a cloud: %s',
    async (url) => {
      const gateway = await startGateway('node', { backends: found(url), destinations: { private: true } });
      const problem = expectFailure(await send(gateway.url), 'destination_prohibited');
      expect(problem['remedy']).toContain('metadata service');
      expect(problem['attempts']).toMatchObject([{ phase: 'connect', cause: 'destination_prohibited' }]);
    },
  );

  test('a Unix socket, unless it is listed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const socketPath = join(folder, 'app.sock');
    const { accepted } = await listen(
      createServer((_request, response) => void response.end('unix')),
      { path: socketPath },
    );
    const options = (...allow: string[]): GatewayOptions => ({
      backends: found({ url: 'http://app.test', socketPath }),
      destinations: { private: true, ...(allow.length > 0 && { allow }) },
    });
    const wary = await startGateway('node', options());
    expectFailure(await send(wary.url), 'destination_prohibited');
    expect(accepted()).toBe(0);
    const knowing = await startGateway('node', options(`unix:${folder}/`));
    expect((await send(knowing.url)).body.toString()).toBe('unix');
  });
});

test('what DNS discovers is judged as well', async () => {
  const backend = await startNamed('internal');
  const { resolver } = await startDns({ 'api.test': { A: ['127.0.0.1'] } });
  const gateway = await startGateway('node', {
    backends: [{ url: `http://api.test:${backend.port}`, discover: 'dns' }],
    resolver,
    destinations: {},
  });
  expectFailure(await send(gateway.url), 'destination_prohibited');
  expect(backend.accepted()).toBe(0);
});

test('of what DNS discovers, only those that are allowed become backends', async () => {
  const forbidden = await startNamed('forbidden');
  const allowed = await startNamed('allowed', { host: '127.0.0.2', port: forbidden.port });
  const { resolver } = await startDns({ 'api.test': { A: ['127.0.0.1', '127.0.0.2', '169.254.169.254'] } });
  const { gateway, url } = await startGateway('node', {
    backends: [{ url: `http://api.test:${forbidden.port}`, discover: 'dns' }],
    resolver,
    destinations: { allow: ['127.0.0.2'] },
  });
  const found: number[] = [];
  gateway.on('discovery', ({ backends }) => void found.push(backends));
  for (let i = 0; i < 10; i += 1) expect((await send(url)).body.toString()).toBe('allowed');
  expect(gateway.backends.list().map(({ name }) => name)).toEqual([`api.test@127.0.0.2:${allowed.port}`]);
  expect([found, forbidden.accepted()]).toEqual([[1], 0]);
});

describe('nothing else connects either', () => {
  test.each([{ path: '/healthz' }, {}])('a health check: %j', async (health) => {
    const backend = await startNamed('internal');
    const { resolver } = await startDns({ 'api.test': { A: ['127.0.0.1'] } });
    const gateway = await startGateway('node', {
      backends: [`http://api.test:${backend.port}`],
      resolver,
      destinations: {},
      health: { ...health, intervalMs: 100, fall: 1 },
    });
    const isDown = () => gateway.gateway.backends.list()[0]?.state === 'down';
    await until('a failed check', isDown);
    expect(gateway.gateway.backends.list()).toMatchObject([{ cause: 'destination_prohibited' }]);
    expect(backend.accepted()).toBe(0);
  });

  test('an upgrade', async () => {
    const backend = await startNamed('internal');
    const { resolver } = await startDns({ 'api.test': { A: ['127.0.0.1'] } });
    const backends = [`http://api.test:${backend.port}`];
    const gateway = await startGateway('node', { backends, resolver, destinations: {} });
    const socket = rawSocket(gateway.port);
    socket.write(handshake());
    expectFailure(await readResponseOn(socket), 'destination_prohibited');
    expect(backend.accepted()).toBe(0);
  });

  test('the lane through http-proxy-middleware', async () => {
    const backend = await startNamed('internal');
    const { resolver } = await startDns({ 'api.test': { A: ['127.0.0.1'] } });
    const options = { backends: [`http://api.test:${backend.port}`], resolver };
    const lane = () => laneOptions('http-proxy-middleware');
    const wary = await startGateway('node', { ...options, ...lane(), destinations: {} });
    expectFailure(await send(wary.url, post), 'destination_prohibited');
    expect(backend.accepted()).toBe(0);
    const knowing = await startGateway('node', { ...options, ...lane(), destinations: { private: true } });
    expect((await send(knowing.url, post)).body.toString()).toBe('internal');
  });

  test.each(['http://169.254.169.254/', 'http://[::ffff:169.254.169.254]/', 'http://0xa9fea9fe/'])(
    'a router that leads to the metadata service: %s',
    async (target) => {
      const causeway = { destinations: { private: true } };
      const proxy = ourMiddleware({ router: () => target, causeway });
      const { url } = await serveListener((request, response) => void proxy(request, response));
      expectFailure(await send(url, post), 'destination_prohibited');
    },
  );

  test('a mirror', async () => {
    const [backend, mirror] = [await startNamed('a', { host: '127.0.0.2' }), await startNamed('mirror')];
    const causeway = { destinations: { allow: ['127.0.0.2'] } };
    const proxy = ourMiddleware({ target: backend.url, forward: mirror.url, causeway });
    const { url } = await serveListener((request, response) => void proxy(request, response));
    expect((await send(url, post)).body.toString()).toBe('a');
    await until('a complaint', () => proxy.logs.length > 0);
    expect(proxy.logs).toMatchObject([{ level: 'error', message: 'a copy could not be forwarded' }]);
    expect(mirror.accepted()).toBe(0);
  });

  test.each([
    ['agent', { agent: new Agent() }],
    ['followRedirects', { followRedirects: true }],
    ['followRedirects', { followRedirects: 3 }],
  ])('what http-proxy-middleware would connect to by itself: %s is refused beside it', (name, given) => {
    const options = { backends: ['http://api.test'], forwarder: httpProxyMiddleware(given) };
    expect(() => createGateway({ ...options, destinations: {} })).toThrow(
      `destinations cannot be kept to with ${name}, by which connections are made elsewhere`,
    );
    expect(() => createGateway(options)).not.toThrow();
  });

  test('a probe of an open breaker', async () => {
    const { accepted, port } = await startNamed('internal');
    const target = fakeTarget('a', { hostname: '127.0.0.1', port });
    const probe = (destinations: Destinations | undefined): Promise<boolean> =>
      new DirectForwarder({ clock: systemClock, name: 'a', connectMs: 1_000, destinations }).probe(target);
    expect(await probe(settleDestinations({}))).toBe(false);
    expect(accepted()).toBe(0);
    expect(await probe(settleDestinations({ private: true }))).toBe(true);
  });
});
