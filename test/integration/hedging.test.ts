import type { AttemptEvent, GatewayOptions, RetryEvent } from 'causeway-proxy';
import { describe, expect, test } from 'vitest';
import { closedPort, type LiveBackend, startBackend, startNamed } from '../support/live-backend.ts';
import { begin, open, readAllFrom, send, type SendOptions } from '../support/live-client.ts';
import { ADAPTERS, type Adapter, type LiveGateway, startGateway } from '../support/live-gateway.ts';
import { startHttp2 } from '../support/live-http2.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

interface Watched {
  readonly backend: LiveBackend;
  /** Requests that were given up before they were answered. */
  readonly cancelled: () => number;
}

/** Answers with its name and what it was sent, after so long; Infinity: never. */
async function startDelayed(name: string, delayMs: number, status = 200): Promise<Watched> {
  let cancelled = 0;
  const backend = await startBackend((request, response) => {
    const received = readAllFrom(request).catch(() => Buffer.alloc(0));
    response.on('close', () => {
      if (!response.writableFinished) cancelled += 1;
    });
    const answer = async (): Promise<void> => {
      response.writeHead(status).end(`${name}:${(await received).toString()}`);
    };
    if (delayMs !== Infinity) setTimeout(() => void answer(), delayMs);
  });
  return { backend, cancelled: () => cancelled };
}

interface Scene {
  readonly slow: Watched;
  readonly quick: Watched;
  readonly gateway: LiveGateway;
  readonly retries: RetryEvent[];
  readonly attempts: AttemptEvent[];
  readonly breakers: string[];
}

const HEDGED = { hedge: { delayMs: 50 }, budget: { ratio: 1, minPerSecond: 100 } };

/** A slow backend that is asked first, and a quick one. */
async function setUp(
  adapter: Adapter,
  options: Partial<GatewayOptions> = {},
  slow?: Watched,
  quick?: Watched,
): Promise<Scene> {
  const one = slow ?? (await startDelayed('slow', Infinity));
  const other = quick ?? (await startDelayed('quick', 0));
  const gateway = await startGateway(adapter, {
    // The upper tier: the first choice, whatever the balancer learns.
    backends: [
      { url: one.backend.url, name: 'slow' },
      { url: other.backend.url, name: 'quick', tier: 1 },
    ],
    retry: HEDGED,
    // One failure that is charged would be seen.
    breaker: { consecutiveFailures: 1, failureRate: 0.01, minRequests: 1 },
    ...options,
  });
  const [retries, attempts, breakers]: [RetryEvent[], AttemptEvent[], string[]] = [[], [], []];
  gateway.gateway.on('retry', (event) => void retries.push(event));
  gateway.gateway.on('attempt', (event) => void attempts.push(event));
  gateway.gateway.on('breaker', ({ backend }) => void breakers.push(backend));
  return { slow: one, quick: other, gateway, retries, attempts, breakers };
}

describe.each(ADAPTERS)('hedging, %s', (adapter) => {
  test('the second attempt answers, the first is given up at its backend and charged to nobody', async () => {
    const { slow, quick, gateway, retries, attempts, breakers } = await setUp(adapter);
    const sent = await send(gateway.url);
    expect([sent.status, sent.body.toString(), sent.headers['proxy-attempts']]).toEqual([200, 'quick:', '2']);
    await until('the first is given up', () => slow.cancelled() === 1 && slow.backend.sockets.size === 0);
    expect([slow.backend.requests.length, quick.backend.requests.length]).toEqual([1, 1]);
    await until('both events', () => attempts.length === 2);
    expect(attempts.sort((a, b) => a.number - b.number)).toMatchObject([
      { number: 1, backend: 'slow', cause: undefined, hedge: false, superseded: true },
      { number: 2, backend: 'quick', cause: undefined, hedge: true, superseded: false, status: 200 },
    ]);
    expect(retries).toMatchObject([
      { kind: 'hedge', decision: 'sent', number: 1, backend: 'slow', paid: true },
    ]);
    expect(breakers).toEqual([]);
  });

  test('the first attempt answers after all, and the second is given up', async () => {
    const slow = await startDelayed('slow', 200);
    const scene = await setUp(adapter, {}, slow, await startDelayed('quick', Infinity));
    const sent = await send(scene.gateway.url);
    expect([sent.body.toString(), sent.headers['proxy-attempts']]).toEqual(['slow:', '2']);
    await until('the second is given up', () => scene.quick.cancelled() === 1);
    expect([slow.cancelled(), scene.breakers]).toEqual([0, []]);
  });

  test('slots and connections are all given back', async () => {
    const scene = await setUp(adapter, { limits: { perBackend: 1, queueMs: 200 } });
    for (let i = 0; i < 20; i += 1) {
      expect((await send(scene.gateway.url)).body.toString()).toBe('quick:');
      await until('the loser is gone', () => scene.slow.backend.sockets.size === 0);
    }
    expect(scene.quick.backend.accepted()).toBe(1);
  });

  test('a body goes to both, whole', async () => {
    const { slow, quick, gateway } = await setUp(adapter);
    const body = 'x'.repeat(30_000);
    const sent = await send(gateway.url, { method: 'PUT', body });
    expect(sent.body.toString()).toBe(`quick:${body}`);
    expect(quick.backend.requests[0]?.headers['content-length']).toBe(String(body.length));
    expect(slow.backend.requests).toHaveLength(1);
  });

  test('a body that arrives in pieces goes to both, once it is all there', async () => {
    const { slow, gateway } = await setUp(adapter);
    const request = open(gateway.url, { method: 'PUT' });
    const answered = new Promise<string>((resolve) => {
      request.on('response', (response) => {
        void readAllFrom(response).then((text) => resolve(text.toString()));
      });
    });
    for (const piece of ['a', 'b', 'c']) {
      request.write(piece);
      // Longer than a first attempt is given.
      await new Promise((resolve) => setTimeout(resolve, 70));
    }
    expect(slow.backend.requests).toHaveLength(1);
    request.end();
    expect(await answered).toBe('quick:abc');
  });

  test.each<[string, SendOptions]>([
    ['a POST', { method: 'POST', body: 'x' }],
    ['a POST with an Idempotency-Key', { method: 'POST', headers: { 'idempotency-key': '1' } }],
    ['a PUT too large to keep', { method: 'PUT', body: 'x'.repeat(100_000) }],
  ])('%s is never sent twice at a time', async (_what, options) => {
    const retry = { ...HEDGED, when: () => true };
    const slow = await startDelayed('slow', 200);
    const scene = await setUp(adapter, { retry }, slow);
    expect((await send(scene.gateway.url, options)).body.toString()).toMatch(/^slow:/);
    expect(scene.quick.backend.requests).toHaveLength(0);
  });

  test('the budget bounds it', async () => {
    // One in ten seconds.
    const retry = { ...HEDGED, budget: { ratio: 0, minPerSecond: 0.1 } };
    const slow = await startDelayed('slow', 150);
    const scene = await setUp(adapter, { retry }, slow);
    const bodies: string[] = [];
    for (let i = 0; i < 3; i += 1) bodies.push((await send(scene.gateway.url)).body.toString());
    expect(bodies).toEqual(['quick:', 'slow:', 'slow:']);
    expect(scene.retries.map(({ reason }) => reason)).toEqual([
      undefined,
      'budget_exhausted',
      'budget_exhausted',
    ]);
  });

  test('when both fail there is one failure, with both on record', async () => {
    const slow = await startBackend((request) => void setTimeout(() => request.socket.destroy(), 150));
    const dead = { url: `http://127.0.0.1:${await closedPort()}`, name: 'dead', tier: 1 };
    const gateway = await startGateway(adapter, {
      backends: [{ url: slow.url, name: 'slow' }, dead],
      retry: HEDGED,
      errors: { disclose: 'trusted' },
    });
    const problem = expectFailure(await send(gateway.url), 'connection_refused');
    expect(problem).toMatchObject({ attemptCount: 2, reached: 'maybe', stopped: 'no_other_backend' });
    expect(problem['attempts']).toMatchObject([
      { backend: 'slow', cause: 'closed_before_response' },
      { backend: 'dead', cause: 'connection_refused', hedge: true },
    ]);
  });

  test('a 503 of the second does not end the first', async () => {
    const slow = await startDelayed('slow', 200);
    const scene = await setUp(adapter, { breaker: false }, slow, await startDelayed('busy', 0, 503));
    const sent = await send(scene.gateway.url);
    expect([sent.status, sent.body.toString()]).toEqual([200, 'slow:']);
  });

  test('a client that leaves ends both', async () => {
    const scene = await setUp(adapter, {}, undefined, await startDelayed('quick', Infinity));
    const request = open(scene.gateway.url);
    request.end();
    await until('both are asked', () => scene.quick.backend.requests.length === 1);
    request.destroy();
    await until('both are given up', () => scene.slow.cancelled() + scene.quick.cancelled() === 2);
    expect(scene.breakers).toEqual([]);
  });

  test('a client that leaves while the winner is relayed ends that', async () => {
    const endless = await startBackend((_request, response) => void response.write('a'));
    const watched = { backend: endless, cancelled: () => 0 };
    const scene = await setUp(adapter, {}, undefined, watched);
    const { request } = await begin(scene.gateway.url);
    request.destroy();
    await until('the connection is closed', () => endless.sockets.size === 0);
  });

  test('the deadline ends both', async () => {
    const scene = await setUp(
      adapter,
      { timeouts: { deadlineMs: 200 } },
      undefined,
      await startDelayed('quick', Infinity),
    );
    const problem = expectFailure(await send(scene.gateway.url), 'deadline_exceeded');
    expect(problem).toMatchObject({ attemptCount: 2, stopped: 'deadline' });
    await until('both are given up', () => scene.slow.cancelled() + scene.quick.cancelled() === 2);
  });

  test('over HTTP/2 the loser costs a stream, and its connection lives on', async () => {
    let closed = 0;
    // Never answers: a stream is closed only when it is given up.
    const slow = await startHttp2((stream) => {
      stream.on('close', () => (closed += 1));
    });
    const quick = await startNamed('quick');
    const gateway = await startGateway(adapter, {
      backends: [
        { url: slow.url, protocol: 'h2' },
        { url: quick.url, tier: 1 },
      ],
      retry: HEDGED,
    });
    for (let i = 1; i <= 3; i += 1) {
      expect((await send(gateway.url)).body.toString()).toBe('quick');
      await until('the stream is reset', () => closed === i);
    }
    expect([slow.requests.length, slow.sessionsSeen()]).toEqual([3, 1]);
  });

  test('off, a slow backend is simply waited for', async () => {
    const slow = await startDelayed('slow', 200);
    const scene = await setUp(adapter, { retry: {} }, slow);
    expect((await send(scene.gateway.url)).body.toString()).toBe('slow:');
    expect(scene.quick.backend.requests).toHaveLength(0);
  });
});
