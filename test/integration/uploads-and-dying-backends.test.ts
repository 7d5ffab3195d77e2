import { createHash, randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { open, readResponse, responseOf } from '../support/live-client.ts';
import { crowd, Tally } from '../support/live-crowd.ts';
import { startGateway } from '../support/live-gateway.ts';

const UPLOADS = 500;
const SOURCE = randomBytes(8 * 1_048_576);

/** 64 KiB to 8 MiB, most of them small; the same each time. */
function sizeOf(index: number): number {
  return Math.round(65_536 * 128 ** ((((index * 7_919) % UPLOADS) / UPLOADS) ** 2));
}

function digest(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex');
}

test('500 uploads while backends die: byte for byte, or a truthful failure', async () => {
  const whole = new Tally();
  const listener: RequestListener = (request, response) => {
    const hash = createHash('sha1');
    request.on('data', (chunk: Buffer) => hash.update(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      whole.add(String(request.headers['x-upload']));
      response.end(hash.digest('hex'));
    });
  };
  const [steady, dying] = [
    await startBackend(listener),
    [await startBackend(listener), await startBackend(listener)],
  ];
  const backends = [steady.url, ...dying.map(({ url }) => url)];
  const gateway = await startGateway('node', { backends });

  let running = true;
  let deaths = 0;
  const killing = (async () => {
    for (let i = 0; running; i = (i + 1) % dying.length) {
      await sleep(40);
      const victim = dying[i];
      if (!victim) continue;
      await victim.close();
      deaths += 1;
      await sleep(20);
      dying[i] = await startBackend(listener, { port: victim.port });
    }
  })();

  const outcomes = new Tally();
  await crowd(UPLOADS, 8, async (index) => {
    const bytes = SOURCE.subarray(0, sizeOf(index));
    const isChunked = index % 3 === 0;
    const method = index % 2 === 0 ? 'PUT' : 'POST';
    const length = isChunked ? {} : { 'content-length': bytes.length };
    const request = open(gateway.url, { method, headers: { 'x-upload': String(index), ...length } });
    Readable.from(piecesOf(bytes)).pipe(request);
    const response = await responseOf(request);
    const { body, complete } = await readResponse(response);
    expect(complete).toBe(true);
    const cause = response.headers['proxy-cause'];
    outcomes.add(`${method} ${String(cause ?? response.statusCode)}`);
    if (response.statusCode === 200) {
      expect(body.toString()).toBe(digest(bytes));
      expect(whole.of(String(index))).toBeGreaterThan(0);
    } else {
      const problem = JSON.parse(body.toString()) as { retryable: boolean; reached: string };
      // A POST that arrived must not be called safe to repeat.
      if (method === 'POST' && whole.of(String(index)) > 0)
        expect(problem).toMatchObject({ retryable: false });
    }
    if (method === 'POST') expect(whole.of(String(index))).toBeLessThanOrEqual(1);
  });
  running = false;
  await killing;

  console.log(`deaths: ${deaths}; outcomes: ${outcomes}`);
  expect(deaths).toBeGreaterThan(10);
  expect(outcomes.of('PUT 200') + outcomes.of('POST 200')).toBeGreaterThan(UPLOADS / 2);
  const known = [
    '200',
    'request_write_failed',
    'closed_before_response',
    'stale_connection',
    'connection_refused',
  ];
  for (const key of outcomes.keys) expect([...known, 'circuit_open']).toContain(key.split(' ')[1]);
});

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}
