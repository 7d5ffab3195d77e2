import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { type LiveBackend, startBackend, startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

/** Answers 503 with this body, each time. */
function startBusy(answer: (response: ServerResponse) => void): Promise<LiveBackend> {
  return startBackend((_request, response) => answer(response.writeHead(503)));
}

const LARGE = Buffer.alloc(1_000_000, 'x');

/** A slot that is not given back would soon be missed, and no breaker may hide what is going on. */
const NARROW = { limits: { perBackend: 2 }, breaker: false } as const;

describe.each(ADAPTERS)('a 503 that is dropped for a better answer, %s', (adapter) => {
  test('is read to its end when small: its connection lives on', async () => {
    let turn = 0;
    const backend = await startBackend((_request, response) => {
      turn += 1;
      response.writeHead(turn % 2 === 1 ? 503 : 200).end('x'.repeat(10_000));
    });
    const gateway = await startGateway(adapter, {
      backends: [backend.url],
      retry: { budget: { ratio: 1 } },
      ...NARROW,
    });
    for (let i = 0; i < 20; i += 1) {
      const sent = await send(gateway.url);
      expect([sent.status, sent.headers['proxy-attempts'], sent.body.length]).toEqual([200, '2', 10_000]);
    }
    expect([backend.requests.length, backend.accepted()]).toEqual([40, 1]);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['large', (response) => void response.end(LARGE)],
    ['endless', (response) => void response.write('a')],
  ])('is cut off when %s: its connection does not stay', async (_what, answer) => {
    const busy = await startBusy(answer);
    const good = await startNamed('good');
    const gateway = await startGateway(adapter, {
      backends: [busy.url, { url: good.url, tier: 1 }],
      retry: { budget: { ratio: 1 } },
      ...NARROW,
    });
    for (let i = 0; i < 10; i += 1) {
      expect((await send(gateway.url)).body.toString()).toBe('good');
      await until('the connection is closed', () => busy.sockets.size === 0);
    }
    expect([busy.requests.length, good.accepted()]).toEqual([10, 1]);
  });
});

describe.each(ADAPTERS)('a 503 for which there is nothing better, %s', (adapter) => {
  test.each([
    ['small', Buffer.from([0, 255, 13, 10, 128])],
    ['large', LARGE],
  ])('is passed on as it is (%s)', async (_what, body) => {
    const busy = (): Promise<LiveBackend> =>
      startBackend((_request, response) => {
        response.writeHead(503, 'Too Busy', { 'X-Why': 'lunch', 'Content-Type': 'x/y' }).end(body);
      });
    const [one, other] = [await busy(), await busy()];
    const gateway = await startGateway(adapter, { backends: [one.url, other.url] });
    const sent = await send(gateway.url);
    expect([one.requests.length, other.requests.length]).toEqual([1, 1]);
    expect([sent.status, sent.complete, sent.body.equals(body)]).toEqual([503, true, true]);
    expect(sent.headers).toMatchObject({ 'x-why': 'lunch', 'content-type': 'x/y', 'proxy-attempts': '2' });
  });
});

describe('Retry-After of the only backend', () => {
  test.each<[string, () => string]>([
    ['seconds', () => '1'],
    // A date has no fractions: between one and two seconds from now.
    ['a date', () => new Date(Date.now() + 2_000).toUTCString()],
  ])('as %s is waited for', async (_form, value) => {
    const asked: number[] = [];
    const backend = await startBackend((_request, response) => {
      asked.push(performance.now());
      if (asked.length > 1) response.end('now');
      else response.writeHead(503, { 'Retry-After': value() }).end('later');
    });
    const gateway = await startGateway('node', { backends: [backend.url] });
    const sent = await send(gateway.url);
    expect([sent.body.toString(), sent.headers['proxy-attempts']]).toEqual(['now', '2']);
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(990);
  });

  test('is not waited for beyond the deadline', async () => {
    const backend = await startBackend((_request, response) => {
      response.writeHead(503, { 'Retry-After': '1' }).end('later');
    });
    const gateway = await startGateway('node', { backends: [backend.url], timeouts: { deadlineMs: 900 } });
    const sent = await send(gateway.url);
    expect([sent.status, sent.body.toString(), sent.headers['retry-after']]).toEqual([503, 'later', '1']);
    expect(backend.requests).toHaveLength(1);
    expect(sent.ms).toBeLessThan(800);
  });
});
