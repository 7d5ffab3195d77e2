import type { DiscoveryEvent, GatewayOptions } from 'causeway-proxy';
import { describe, expect, test } from 'vitest';
import { type LiveBackend, startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startDns } from '../support/live-dns.ts';
import { ADAPTERS, type LiveGateway, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

/** Backends at 127.0.0.1, 127.0.0.2 and so on, all on one port; each says its address. */
async function startAtAddresses(count: number): Promise<readonly LiveBackend[]> {
  const first = await startNamed('127.0.0.1');
  const others = Array.from({ length: count - 1 }, (_, index) => `127.0.0.${index + 2}`);
  return [first, ...(await Promise.all(others.map((host) => startNamed(host, { host, port: first.port }))))];
}

function discovering(port: number, resolver: GatewayOptions['resolver']): GatewayOptions {
  return {
    backends: [{ url: `http://api.test:${port}`, discover: 'dns' }],
    discovery: { minTtlMs: 200 },
    ...(resolver && { resolver }),
  };
}

/** Who answers, over so many requests. */
async function answersOf(gateway: LiveGateway, count = 40): Promise<Set<string>> {
  const sent = await Promise.all(Array.from({ length: count }, () => send(gateway.url)));
  return new Set(sent.map(({ body }) => body.toString()));
}

describe.each(ADAPTERS)('backends behind a name, %s', (adapter) => {
  test('the first request after the start is answered, and every address gets some', async () => {
    const [{ port }] = (await startAtAddresses(3)) as [LiveBackend];
    const dns = await startDns({ 'api.test': { A: ['127.0.0.1', '127.0.0.2', '127.0.0.3'] } });
    const gateway = await startGateway(adapter, discovering(port, dns.resolver));
    expect((await send(gateway.url)).status).toBe(200);
    expect(await answersOf(gateway)).toEqual(new Set(['127.0.0.1', '127.0.0.2', '127.0.0.3']));
    expect(gateway.gateway.backends.list().map(({ name }) => name)).toEqual(
      [1, 2, 3].map((last) => `api.test@127.0.0.${last}:${port}`),
    );
  });

  test('an answer that changes under load: the old address is unused within the TTL, without an error', async () => {
    const [old, fresh] = (await startAtAddresses(2)) as [LiveBackend, LiveBackend];
    const dns = await startDns({ 'api.test': { ttl: 1, A: ['127.0.0.1'] } });
    const gateway = await startGateway(adapter, discovering(old.port, dns.resolver));
    let running = true;
    const statuses = new Map<number, number>();
    const load = Array.from({ length: 8 }, async () => {
      while (running) {
        const { status } = await send(gateway.url);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    await until('requests at the old address', () => old.requests.length > 20, 20_000);
    dns.say('api.test', { ttl: 1, A: ['127.0.0.2'] });
    const changedAt = performance.now();
    await until('a request at the new address', () => fresh.requests.length > 0, 20_000);
    const tookMs = performance.now() - changedAt;
    // Those that were on their way.
    await until('an idle old backend', () => old.sockets.size === 0);
    const before = old.requests.length;
    const freshBefore = fresh.requests.length;
    await until('more requests', () => fresh.requests.length > freshBefore + 50, 20_000);
    running = false;
    await Promise.all(load);
    expect(old.requests.length).toBe(before);
    // With room for a busy machine; all other waits are longer than that.
    expect(tookMs).toBeLessThan(3_000);
    expect([...statuses.keys()]).toEqual([200]);
    console.log(
      `${adapter}: moved ${tookMs.toFixed(0)} ms after the answer changed (TTL 1,000 ms), ${statuses.get(200)} requests, 0 errors`,
    );
  });
});

test('a backend redeployed behind the same name is found without a restart, the old one being dead', async () => {
  const [old, fresh] = (await startAtAddresses(2)) as [LiveBackend, LiveBackend];
  const dns = await startDns({ 'api.test': { A: ['127.0.0.1'] } });
  const gateway = await startGateway('node', discovering(old.port, dns.resolver));
  expect((await send(gateway.url)).status).toBe(200);
  await old.close();
  expectFailure(await send(gateway.url), 'connection_refused');
  dns.say('api.test', { A: ['127.0.0.2'] });
  await until('the new address', () =>
    gateway.gateway.backends.list().some(({ name }) => name.includes('127.0.0.2')),
  );
  expect((await send(gateway.url)).body.toString()).toBe(`127.0.0.2`);
  expect(fresh.requests).toHaveLength(1);
});

describe('name servers that have no good answer', () => {
  test.each(['SERVFAIL', 'REFUSED', 'silence'] as const)('%s: the last one holds', async (saying) => {
    const [{ port }] = (await startAtAddresses(1)) as [LiveBackend];
    const dns = await startDns({ 'api.test': { A: ['127.0.0.1'] } });
    const gateway = await startGateway('node', discovering(port, dns.resolver));
    const events: DiscoveryEvent[] = [];
    gateway.gateway.on('discovery', (event) => void events.push(event));
    expect((await send(gateway.url)).status).toBe(200);
    dns.say('api.test', saying);
    const asked = dns.questions.length;
    await until('some questions without an answer', () => dns.questions.length > asked + 4);
    expect((await send(gateway.url)).status).toBe(200);
    const cause = saying === 'silence' ? 'dns_timeout' : 'dns_failed';
    expect(events.at(-1)).toEqual({ source: 'dns:api.test', state: 'kept', backends: 1, cause });
    // Once, not with each question.
    expect(gateway.logs).toMatchObject([{ level: 'warn', details: { source: 'dns:api.test', cause } }]);
    dns.say('api.test', { A: ['127.0.0.1'] });
    await until('good news', () => events.at(-1)?.state === 'found');
  });

  test('a definite no is believed at the third time', async () => {
    const [{ port }] = (await startAtAddresses(1)) as [LiveBackend];
    const dns = await startDns({ 'api.test': { A: ['127.0.0.1'] } });
    const gateway = await startGateway('node', discovering(port, dns.resolver));
    const events: string[] = [];
    gateway.gateway.on('discovery', ({ state, cause }) => void events.push(`${state} ${cause}`));
    expect((await send(gateway.url)).status).toBe(200);
    dns.say('api.test', 'NXDOMAIN');
    await until('no backends', () => events.at(-1)?.startsWith('empty') ?? false);
    expect(events.slice(-2)).toEqual(['kept dns_not_found', 'empty dns_not_found']);
    expectFailure(await send(gateway.url), 'no_healthy_backend');
    dns.say('api.test', { A: ['127.0.0.1'] });
    await until('backends', () => events.at(-1)?.startsWith('found') ?? false);
    expect((await send(gateway.url)).status).toBe(200);
  });
});

describe('before there was any backend', () => {
  test('requests wait for name servers that come late', async () => {
    const [{ port }] = (await startAtAddresses(1)) as [LiveBackend];
    const dns = await startDns({ 'api.test': 'SERVFAIL' });
    const gateway = await startGateway('node', discovering(port, dns.resolver));
    const waiting = [send(gateway.url), send(gateway.url, { method: 'POST', body: 'x' })];
    await until('three rounds of questions', () => dns.questions.length > 6);
    dns.say('api.test', { A: ['127.0.0.1'] });
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('but not for ever, and say why', async () => {
    const dns = await startDns({ 'api.test': 'NXDOMAIN' });
    const gateway = await startGateway('node', {
      ...discovering(80, dns.resolver),
      discovery: { minTtlMs: 100, waitMs: 1_000 },
    });
    const problem = expectFailure(await send(gateway.url), 'no_backend_configured');
    expect(problem).toMatchObject({ attemptCount: 0, retryable: true, reached: 'no', group: 'gateway' });
    expect(problem['remedy']).toContain('dns:api.test (dns_not_found)');
    const again = await send(gateway.url);
    expectFailure(again, 'no_backend_configured');
    expect(again.headers['retry-after']).toBe('1');
    expect(again.ms).toBeLessThan(500);
  });
});

describe('IPv6', () => {
  test('addresses of AAAA records', async () => {
    const backend = await startNamed('six', { host: '::1' });
    const dns = await startDns({ 'api.test': { AAAA: ['::1'] } });
    const gateway = await startGateway('node', discovering(backend.port, dns.resolver));
    expect((await send(gateway.url)).body.toString()).toBe('six');
    expect(gateway.gateway.backends.list()[0]?.name).toBe(`api.test@[::1]:${backend.port}`);
  });

  test('both families are backends side by side', async () => {
    const six = await startNamed('six', { host: '::1' });
    const four = await startNamed('four', { port: six.port });
    const dns = await startDns({ 'api.test': { A: ['127.0.0.1'], AAAA: ['::1'] } });
    const gateway = await startGateway('node', discovering(four.port, dns.resolver));
    expect(await answersOf(gateway)).toEqual(new Set(['four', 'six']));
  });
});

test('Host, under headers.host: backend, is that of the URL', async () => {
  const [backend] = (await startAtAddresses(1)) as [LiveBackend];
  const dns = await startDns({ 'api.test': { A: ['127.0.0.1'] } });
  const options = { ...discovering(backend.port, dns.resolver), headers: { host: 'backend' } as const };
  const gateway = await startGateway('node', options);
  await send(gateway.url);
  expect(backend.requests[0]?.headers.host).toBe(`api.test:${backend.port}`);
});

test('a name that only the hosts file knows is found without a resolver of the app', async () => {
  const [backend] = (await startAtAddresses(1)) as [LiveBackend];
  const gateway = await startGateway('node', {
    backends: [{ url: `http://localhost:${backend.port}`, discover: 'dns' }],
  });
  expect((await send(gateway.url)).body.toString()).toBe('127.0.0.1');
});

test('close() ends all questions, and requests that wait', async () => {
  const dns = await startDns({ 'api.test': 'SERVFAIL' });
  const gateway = await startGateway('node', discovering(80, dns.resolver));
  const waiting = send(gateway.url);
  await until('questions', () => dns.questions.length > 6);
  await gateway.gateway.close();
  const asked = dns.questions.length;
  expectFailure(await waiting, 'no_healthy_backend');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(dns.questions.length).toBe(asked);
});
