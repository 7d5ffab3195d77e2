import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { closedPort, startBackend } from '../support/live-backend.ts';
import { readAllFrom, send } from '../support/live-client.ts';
import { ADAPTERS, appOf, makeGateway, serve } from '../support/live-gateway.ts';

const SIZES = [1, 1_024, 60_000, 100_000, 1_048_576];

describe.each(ADAPTERS)('a POST whose backend refuses the connection, %s', (adapter) => {
  async function start(replayBytes: number, before: () => Promise<void>) {
    const live = await startBackend((request, response) => {
      void readAllFrom(request).then((body) => response.end(String(body.length)));
    });
    const { gateway } = makeGateway({
      backends: [`http://127.0.0.1:${await closedPort()}`, live.url],
      random: () => 0,
      retry: { replayBytes },
    });
    const { handler } = appOf(adapter, gateway);
    return serve(async (request, response) => {
      await before();
      handler(request, response);
    });
  }

  test.each(SIZES)('not one byte was sent: %i bytes arrive elsewhere', async (size) => {
    const { url } = await start(65_536, () => Promise.resolve());
    const sent = await send(url, { method: 'POST', body: Buffer.alloc(size) });
    expect([sent.status, sent.body.toString()]).toEqual([200, String(size)]);
    expect(sent.headers['proxy-attempts']).toBe('2');
  });

  test.each(SIZES)('also when no copy is kept: %i bytes', async (size) => {
    const { url } = await start(0, () => Promise.resolve());
    const sent = await send(url, { method: 'POST', body: Buffer.alloc(size) });
    expect([sent.status, sent.body.toString()]).toEqual([200, String(size)]);
  });

  test.each(SIZES)('also when an earlier middleware took its time: %i bytes', async (size) => {
    const { url } = await start(65_536, async () => {
      for (let i = 0; i < 20; i += 1) await turn();
    });
    const sent = await send(url, { method: 'POST', body: Buffer.alloc(size) });
    expect([sent.status, sent.body.toString()]).toEqual([200, String(size)]);
  });
});
