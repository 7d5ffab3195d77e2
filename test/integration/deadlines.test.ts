import { describe, expect, test } from 'vitest';
import { startBackend, startNamed } from '../support/live-backend.ts';
import { open, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

const HEADER = 'x-request-timeout-ms';

/** Says which deadline it was told. */
const startTelling = () =>
  startBackend((request, response) => response.end(String(request.headers[HEADER] ?? 'none')));

const startSilent = () => startBackend((request) => void request.resume());

describe.each(ADAPTERS)('the deadline, %s', (adapter) => {
  test('ends an attempt', async () => {
    const silent = await startSilent();
    const timeouts = { deadlineMs: 150 };
    const gateway = await startGateway(adapter, { backends: [silent.url], timeouts });
    const problem = expectFailure(await send(gateway.url), 'deadline_exceeded');
    expect(problem).toMatchObject({ attemptCount: 1, stopped: 'deadline', reached: 'maybe' });
    await until('the connection is closed', () => silent.sockets.size === 0);
  });

  test('ends waiting in the queue: nothing was sent, so even a POST may be repeated', async () => {
    const silent = await startSilent();
    const gateway = await startGateway(adapter, {
      backends: [silent.url],
      limits: { perBackend: 1, queueMs: 10_000 },
      timeouts: { deadlineHeader: HEADER },
      headers: { trust: true },
    });
    // Holds the only slot until the test is over.
    open(gateway.url).end();
    await until('the first one holds the slot', () => silent.requests.length === 1);
    const waited = await send(gateway.url, { method: 'POST', body: 'x', headers: { [HEADER]: '200' } });
    const problem = expectFailure(waited, 'deadline_exceeded');
    expect(problem).toMatchObject({ attemptCount: 0, reached: 'no', retryable: true });
    expect(silent.requests).toHaveLength(1);
  });

  test('ends the whole series of attempts, not each of them', async () => {
    const busy = await startBackend((_request, response) => {
      setTimeout(() => response.writeHead(503).end('busy'), 60);
    });
    const gateway = await startGateway(adapter, {
      backends: [busy.url],
      retry: { retries: 10, budget: { ratio: 1, minPerSecond: 1_000 } },
      breaker: false,
      timeouts: { deadlineMs: 400 },
    });
    const sent = await send(gateway.url);
    expect([502, 503]).toContain(sent.status);
    expect(Number(sent.headers['proxy-attempts'])).toBeGreaterThan(1);
    expect(Number(sent.headers['proxy-attempts'])).toBeLessThan(8);
  });
});

describe.each(ADAPTERS)('a deadline header, %s', (adapter) => {
  test('is not sent unless asked for', async () => {
    const gateway = await startGateway(adapter, { backends: [(await startTelling()).url] });
    expect((await send(gateway.url)).body.toString()).toBe('none');
  });

  test('says what is left, less at each attempt', async () => {
    const told: number[] = [];
    const backend = await startBackend((request, response) => {
      told.push(Number(request.headers[HEADER]));
      setTimeout(() => response.writeHead(told.length === 1 ? 503 : 200).end(), 50);
    });
    const timeouts = { deadlineMs: 5_000, deadlineHeader: HEADER };
    const gateway = await startGateway(adapter, { backends: [backend.url], timeouts });
    expect((await send(gateway.url)).status).toBe(200);
    expect(told).toHaveLength(2);
    const [first = NaN, second = NaN] = told;
    expect(first).toBeLessThanOrEqual(5_000);
    expect(first).toBeGreaterThan(4_000);
    expect(second).toBeLessThanOrEqual(first - 49);
  });

  test('of a trusted client shortens ours', async () => {
    const silent = await startSilent();
    const timeouts = { deadlineHeader: HEADER };
    const headers = { trust: true };
    const gateway = await startGateway(adapter, { backends: [silent.url], timeouts, headers });
    const sent = await send(gateway.url, { headers: { [HEADER]: '150' } });
    expectFailure(sent, 'deadline_exceeded');
    expect(sent.ms).toBeGreaterThan(140);
    const told = Number(silent.requests[0]?.headers[HEADER]);
    expect(told).toBeLessThanOrEqual(150);
    expect(told).toBeGreaterThan(0);
  });

  test.each([
    ['longer than ours', '99999', true],
    ['garbage', '10e3', true],
    ['nothing', '0', true],
    ['of somebody who is not trusted', '1', false],
  ])('that is %s changes nothing', async (_what, value, trust) => {
    const timeouts = { deadlineMs: 5_000, deadlineHeader: HEADER };
    const options = { backends: [(await startTelling()).url], timeouts, headers: { trust } };
    const gateway = await startGateway(adapter, options);
    const sent = await send(gateway.url, { headers: { [HEADER]: value } });
    const told = Number(sent.body.toString());
    expect(told).toBeLessThanOrEqual(5_000);
    expect(told).toBeGreaterThan(4_000);
  });

  test('passes on from gateway to gateway', async () => {
    const inner = await startGateway(adapter, {
      backends: [(await startTelling()).url],
      name: 'inner',
      timeouts: { deadlineHeader: HEADER },
      headers: { trust: true },
    });
    const timeouts = { deadlineMs: 5_000, deadlineHeader: HEADER };
    const outer = await startGateway(adapter, { backends: [inner.url], name: 'outer', timeouts });
    const told = Number((await send(outer.url)).body.toString());
    expect(told).toBeLessThanOrEqual(5_000);
    expect(told).toBeGreaterThan(4_000);
  });

  test('is a mount’s own matter', async () => {
    const backend = await startNamed('x');
    const options = { backends: [backend.url], timeouts: { deadlineHeader: HEADER } };
    const policy = { timeouts: { deadlineHeader: false } } as const;
    const gateway = await startGateway(adapter, options, { policy });
    await send(gateway.url, { headers: { [HEADER]: '77' } });
    expect(backend.requests[0]?.headers[HEADER]).toBe('77');
  });
});
