import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../support/fake-random.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { openWebSocket, startWebSockets, type WebSocket } from '../support/live-websocket.ts';

const COUNT = 1_000;
const MIB = 1_048_576;

/** Sizes from 1 B to 1 MiB, evenly over the orders of magnitude; the ends are among them. */
function sizesOf(seed: number): number[] {
  const random = seededRandom(seed);
  const sizes = Array.from({ length: COUNT }, () => Math.round(2 ** (20 * random())));
  sizes[0] = 1;
  sizes[COUNT - 1] = MIB;
  return sizes;
}

function messageOf(size: number, index: number): Buffer {
  return Buffer.alloc(size, `${index} `);
}

/** Sends them all, at the pace of the connection. */
async function sendAll(socket: WebSocket, sizes: readonly number[]): Promise<void> {
  for (const [index, size] of sizes.entries()) {
    await new Promise((resolve) => socket.send(messageOf(size, index), resolve));
  }
}

/** Digests of what comes, in order. */
function receiveAll(socket: WebSocket): Promise<string[]> {
  const digests: string[] = [];
  return new Promise((resolve) => {
    socket.on('message', (data: Buffer) => {
      digests.push(digestOf(data));
      if (digests.length === COUNT) resolve(digests);
    });
  });
}

function digestOf(bytes: Buffer): string {
  return `${bytes.length} ${createHash('sha1').update(bytes).digest('hex')}`;
}

describe.each(ADAPTERS)('%s', (adapter) => {
  test(`${COUNT} messages of 1 B to 1 MiB each way at once, whole and in order`, async () => {
    const [up, down] = [sizesOf(1), sizesOf(2)];
    let atBackend: Promise<string[]> | undefined;
    const backend = await startWebSockets((socket) => {
      atBackend = receiveAll(socket);
      // Not before the client listens.
      socket.once('message', () => void sendAll(socket, down));
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const socket = await openWebSocket(gateway.url, { perMessageDeflate: false });
    const atClient = receiveAll(socket);
    await sendAll(socket, up);
    expect(await atBackend).toEqual(up.map((size, index) => digestOf(messageOf(size, index))));
    expect(await atClient).toEqual(down.map((size, index) => digestOf(messageOf(size, index))));
    socket.close();
  });
});
