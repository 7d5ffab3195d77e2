import { Agent, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackendEvent } from 'causeway-proxy';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedPort, startBackend, startNamed } from '../support/live-backend.ts';
import { begin, open, readResponse, type Sent, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

/** Well below the time after which idle connections are closed anyway. */
const SOON_MS = 2_000;

describe.each(ADAPTERS)('%s', (adapter) => {
  test('a backend is drained under load, restored and removed: no request fails, none is cut', async () => {
    const [a, b] = [await startSlow('a', 20), await startSlow('b', 20)];
    const gateway = await startGateway(adapter, {
      backends: [
        { url: a.url, name: 'a' },
        { url: b.url, name: 'b' },
      ],
    });
    const { backends } = gateway.gateway;
    const load = startLoad(gateway.url);
    await until('traffic on a', () => a.requests.length > 20);

    await backends.drain('a', { graceMs: 10_000 });
    const drained = a.requests.length;
    expect(backends.list().find(({ name }) => name === 'a')).toMatchObject({
      state: 'draining',
      in: false,
      pending: 0,
    });
    await until('no connection to a', () => a.sockets.size === 0, SOON_MS);
    const others = b.requests.length;
    await until('traffic on b', () => b.requests.length > others + 50);
    expect(a.requests.length).toBe(drained);

    backends.restore('a');
    await until('traffic on a again', () => a.requests.length > drained + 20);
    await backends.remove('b');
    expect(backends.list().map(({ name }) => name)).toEqual(['a']);
    await until('no connection to b', () => b.sockets.size === 0, SOON_MS);

    const sent = await load.stop();
    expect(sent.length).toBeGreaterThan(100);
    for (const { status, complete } of sent) expect([status, complete]).toEqual([200, true]);
    expect(new Set(sent.map(({ body }) => body.toString()))).toEqual(new Set(['a', 'b']));
  });

  test('what is under way may go on until the grace ends, and is then given up, with the reason', async () => {
    const responses: ServerResponse[] = [];
    const slow = await startBackend((request, response) => {
      responses.push(response);
      if (request.url === '/body') response.write('part');
    });
    const gateway = await startGateway(adapter, { backends: [{ url: slow.url, name: 'slow' }] });
    const head = send(`${gateway.url}/head`);
    const { response } = await begin(`${gateway.url}/body`);
    const body = readResponse(response);
    const early = send(`${gateway.url}/early`);
    await until('all three', () => slow.requests.length === 3);

    const startedAt = performance.now();
    const drained = gateway.gateway.backends.drain('slow', { graceMs: 300 });
    responses[slow.requests.findIndex(({ url }) => url === '/early')]?.end('in time');
    expect((await early).body.toString()).toBe('in time');
    const problem = expectFailure(await head, 'no_healthy_backend');
    expect(performance.now() - startedAt).toBeGreaterThan(290);
    expect(problem['remedy']).toContain('Backend "slow" was taken out, and its grace of 300 ms is over.');
    expect(problem['reached']).toBe('maybe');
    expect((await body).complete).toBe(false);
    await drained;
    await until('no connection', () => slow.sockets.size === 0, SOON_MS);
    const [status] = gateway.gateway.backends.list();
    expect(status).toMatchObject({ state: 'draining', pending: 0, cause: undefined });
  });

  test('what may be sent twice goes to another backend when the grace ends, the rest fails', async () => {
    const slow = await startBackend(() => undefined);
    const other = await startNamed('other');
    const gateway = await startGateway(adapter, {
      backends: [
        { url: slow.url, name: 'slow' },
        { url: other.url, name: 'other', tier: 1 },
      ],
    });
    const got = send(gateway.url);
    const posted = send(gateway.url, { method: 'POST', body: 'once' });
    await until('both', () => slow.requests.length === 2);
    await gateway.gateway.backends.drain('slow', { graceMs: 50 });
    const { status, headers, body } = await got;
    expect([status, headers['proxy-attempts'], body.toString()]).toEqual([200, '2', 'other']);
    const problem = expectFailure(await posted, 'no_healthy_backend');
    expect(problem).toMatchObject({ reached: 'maybe', retryable: false, stopped: 'method_not_idempotent' });
    expect(other.requests).toHaveLength(1);
  });

  test('one that is added serves, the last one that is removed leaves a reason', async () => {
    const [a, b] = [await startNamed('a'), await startNamed('b')];
    const gateway = await startGateway(adapter, { backends: [{ url: a.url, name: 'a' }] });
    const { backends } = gateway.gateway;
    backends.add({ url: b.url, name: 'b' });
    await backends.remove('a');
    expect((await send(gateway.url)).body.toString()).toBe('b');
    await backends.drain('b');
    expectFailure(await send(gateway.url), 'no_healthy_backend');
    const problem = expectFailure(await send(gateway.url), 'no_healthy_backend');
    expect(problem['backends']).toMatchObject([{ backend: 'b', state: 'draining' }]);
    await backends.remove('b');
    expectFailure(await send(gateway.url), 'no_healthy_backend');
    backends.add(a.url);
    expect((await send(gateway.url)).body.toString()).toBe('a');
  });
});

test('a request that waits for a free place goes to a backend that joins', async () => {
  const silent = await startBackend(() => undefined);
  const fresh = await startNamed('fresh');
  const limits = { perBackend: 1, queueMs: 20_000 };
  const gateway = await startGateway('node', { backends: [silent.url], limits });
  open(`${gateway.url}/silent`).end();
  await until('the first one', () => silent.requests.length === 1);
  const waiting = send(`${gateway.url}/waits`);
  const late = await Promise.race([waiting.then(() => 'served'), sleep(100).then(() => 'waits')]);
  expect(late).toBe('waits');
  gateway.gateway.backends.add(fresh.url);
  expect((await waiting).body.toString()).toBe('fresh');
});

test('the list says who is in, who is out, since when and why', async () => {
  const good = await startNamed('good');
  const dead = `http://127.0.0.1:${await closedPort()}`;
  const gateway = await startGateway('node', {
    backends: [
      { url: dead, name: 'dead', weight: 3 },
      { url: good.url, name: 'good', tier: 1 },
    ],
    breaker: { consecutiveFailures: 1 },
  });
  await send(gateway.url);
  await until('the slot is free', () =>
    gateway.gateway.backends.list().every(({ pending }) => pending === 0),
  );
  const [out, well] = gateway.gateway.backends.list();
  expect(out).toMatchObject({
    name: 'dead',
    in: false,
    state: 'open',
    cause: 'connection_refused',
    weight: 3,
    tier: 0,
    source: 'options',
  });
  expect(well).toMatchObject({ name: 'good', in: true, state: 'available', cause: undefined, tier: 1 });
  for (const status of [out, well]) expect(Date.now() - Date.parse(status?.since ?? '')).toBeLessThan(10_000);
  expect(well?.latencyMs).toBeGreaterThan(0);
});

test('every change is an event, with its reason', async () => {
  let down = true;
  const backend = await startBackend((request, response) => {
    if (down) request.socket.destroy();
    else response.end('up');
  });
  const gateway = await startGateway('node', {
    backends: [await startNamed('x').then(({ url }) => url)],
    breaker: { consecutiveFailures: 1, openMs: 50 },
    retry: false,
  });
  const events: BackendEvent[] = [];
  const off = gateway.gateway.on('backend', (event) => void (event.backend === 'b' && events.push(event)));
  const { backends } = gateway.gateway;
  const [x] = backends.list();
  backends.add({ url: backend.url, name: 'b' });
  await backends.drain(x?.name ?? '');
  await send(gateway.url);
  down = false;
  let status = 0;
  while (status !== 200) status = (await send(gateway.url)).status;
  await backends.drain('b');
  backends.restore('b');
  await backends.remove('b');
  expect(events.map(({ change, reason, state, cause }) => [change, reason, state, cause])).toEqual([
    ['joined', 'by_hand', 'available', undefined],
    ['open', 'consecutive_failures', 'open', 'closed_before_response'],
    ['half_open', 'open_time_over', 'half_open', 'closed_before_response'],
    ['closed', 'probes_succeeded', 'available', 'closed_before_response'],
    ['draining', 'by_hand', 'draining', undefined],
    ['restored', 'by_hand', 'available', undefined],
    ['draining', 'by_hand', 'draining', undefined],
    ['left', 'by_hand', 'draining', undefined],
  ]);
  off();
  backends.add({ url: backend.url, name: 'b' });
  expect(events).toHaveLength(8);
});

test('what cannot be done is refused at once, with the reason', async () => {
  const backend = await startNamed('x');
  const { gateway } = await startGateway('node', { backends: [{ url: backend.url, name: 'a' }] });
  const { backends } = gateway;
  expect(() => backends.drain('b')).toThrow(new RangeError('there is no backend "b"'));
  expect(() => backends.restore('b')).toThrow(RangeError);
  expect(() => backends.remove('b')).toThrow(RangeError);
  expect(() => backends.drain('a', { graceMs: -1 })).toThrow(
    'options.graceMs must be a number of milliseconds from 0 to Infinity, got -1',
  );
  expect(() => backends.drain('a', { grace: 1 } as object)).toThrow('unknown option options.grace');
  expect(() => backends.add('ftp://x')).toThrow('backend must be an http:// or https:// URL');
  expect(() => backends.add({ url: 'http://x', name: 'a' })).toThrow(
    'backends must have different names, got "a" twice',
  );
  expect(backends.list()).toMatchObject([{ name: 'a', state: 'available' }]);
});

/** A backend that says its name after a while. */
function startSlow(name: string, ms: number) {
  return startBackend((request, response) => {
    request.resume();
    const timer = setTimeout(() => response.end(name), ms);
    response.on('close', () => clearTimeout(timer));
  });
}

/** Sixteen clients that send one GET or POST after the other. */
function startLoad(url: string): { readonly stop: () => Promise<readonly Sent[]> } {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const sent: Sent[] = [];
  let over = false;
  const clients = Array.from({ length: 16 }, async (_, index) => {
    const method = index % 2 === 0 ? 'GET' : 'POST';
    while (!over) sent.push(await send(url, { agent, method, ...(method === 'POST' && { body: 'x' }) }));
  });
  return {
    stop: async () => {
      over = true;
      await Promise.all(clients);
      return sent;
    },
  };
}
