import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { begin, open, readAllFrom, responseOf } from '../support/live-client.ts';
import { ADAPTERS } from '../support/live-gateway.ts';
import { forkGateway } from '../support/live-gateway-fork.ts';

const MIB = 1_048_576;
const SIZE = 256 * MIB;
const CHUNK = 65_536;

/** Bytes that differ from place to place: one lost, doubled or out of place changes the hash. */
function* bytes(size: number): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK);
  for (let at = 0; at < size; at += CHUNK) {
    for (let i = 0; i < CHUNK; i += 1_024) chunk.writeUInt32LE((at + i) >>> 0, i);
    yield Buffer.from(chunk.subarray(0, Math.min(CHUNK, size - at)));
  }
}

function hashOf(size: number): string {
  const hash = createHash('sha1');
  for (const chunk of bytes(size)) hash.update(chunk);
  return hash.digest('hex');
}

const EXPECTED = hashOf(SIZE);

function respond(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-length': SIZE });
    void pipeline(Readable.from(bytes(SIZE)), response).catch(() => undefined);
    return;
  }
  void digest(request).then((hash) => response.end(hash));
}

async function digest(
  stream: AsyncIterable<Buffer>,
  between?: (bytes: number) => Promise<void>,
): Promise<string> {
  const hash: Hash = createHash('sha1');
  let total = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    total += chunk.length;
    await between?.(total);
  }
  return hash.digest('hex');
}

async function download(url: string, between?: (bytes: number) => Promise<void>): Promise<string> {
  const { response } = await begin(url);
  expect(response.statusCode).toBe(200);
  return digest(response, between);
}

async function upload(url: string, headers: Record<string, number>): Promise<string> {
  const request = open(url, { method: 'POST', headers });
  const response = responseOf(request);
  await pipeline(Readable.from(bytes(SIZE)), request);
  return (await readAllFrom(await response)).toString();
}

describe.each(ADAPTERS)('256 MiB, %s', (adapter) => {
  test('down, up and to a slow reader: byte for byte, in constant memory', { timeout: 60_000 }, async () => {
    const backend = await startBackend(respond);
    const gateway = await forkGateway(adapter, backend.url);
    expect(await download(gateway.url)).toBe(EXPECTED);
    const before = await gateway.rss();
    let peak = before;
    const look = async (): Promise<void> => {
      peak = Math.max(peak, await gateway.rss());
    };

    expect(await download(gateway.url)).toBe(EXPECTED);
    await look();
    // Stands still now and then: the gateway must not fetch ahead of the reader.
    let nextStop = 8 * MIB;
    const slow = async (total: number): Promise<void> => {
      if (total < nextStop) return;
      nextStop += 32 * MIB;
      await sleep(50);
      await look();
    };
    expect(await download(gateway.url, slow)).toBe(EXPECTED);
    await look();
    expect(await upload(gateway.url, { 'content-length': SIZE })).toBe(EXPECTED);
    await look();
    expect(await upload(gateway.url, {})).toBe(EXPECTED);
    await look();
    expect((peak - before) / MIB).toBeLessThan(64);
  });
});
