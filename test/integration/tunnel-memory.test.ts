import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { crowd } from '../support/live-crowd.ts';
import { forkGateway, type ForkedGateway, type Vitals } from '../support/live-gateway-fork.ts';
import { until } from '../support/live-measure.ts';
import { openTunnel, startTunnels } from '../support/live-tunnel.ts';
import { openWebSocket, startWebSockets, type WebSocket } from '../support/live-websocket.ts';

const MIB = 1_048_576;

/** Waits until the gateway has closed every connection; says how it is then. */
async function idle(gateway: ForkedGateway): Promise<Vitals> {
  const startedAt = performance.now();
  for (;;) {
    const vitals = await gateway.vitals();
    if (vitals.connections === 0) return vitals;
    if (performance.now() - startedAt > 5_000) throw new Error(`${vitals.connections} connections are left`);
  }
}

describe.each(['client', 'backend'])('a %s that does not read', (who) => {
  test('is not read ahead for: 64 MiB arrive whole, in constant memory', async () => {
    const backend = await startTunnels();
    const gateway = await forkGateway('node', backend.url);
    const client = await openTunnel(gateway.port);
    const server = backend.peers[0]?.socket;
    if (!server) throw new Error('no backend');
    const [reader, writer] = who === 'client' ? [client.socket, server] : [server, client.socket];
    reader.removeAllListeners('data').pause();
    const before = await gateway.rss();
    const chunk = Buffer.alloc(MIB, 'x');
    for (let i = 0; i < 64; i += 1) writer.write(chunk);
    writer.end();
    // Time for the gateway to fetch ahead, if it did.
    await sleep(500);
    const grownMib = ((await gateway.rss()) - before) / MIB;
    expect(writer.writableLength).toBeGreaterThan(48 * MIB);
    expect(grownMib).toBeLessThan(16);
    let received = 0;
    reader.on('data', (bytes: Buffer) => (received += bytes.length)).resume();
    await until('all', () => received === 64 * MIB, 10_000);
    console.log(`a ${who} that does not read: ${grownMib.toFixed(1)} MiB more in the gateway`);
  });
});

const IDLE = 1_000;

test(`${IDLE} idle WebSockets cost little, and nothing is left of them`, { timeout: 60_000 }, async () => {
  const backend = await startWebSockets();
  const gateway = await forkGateway('express', backend.url);
  // What is made once is made.
  const warm = await openMany(gateway.url, 100);
  await closeAll(warm);
  const before = await idle(gateway);
  const sockets = await openMany(gateway.url, IDLE);
  const during = await gateway.vitals();
  const [first] = sockets;
  expect(backend.clients.size).toBe(IDLE);
  expect(during.connections).toBe(2 * IDLE);
  await closeAll(sockets);
  const after = await idle(gateway);
  const kib = (key: 'rss' | 'heapUsed'): string => ((during[key] - before[key]) / IDLE / 1_024).toFixed(1);
  console.log(`per idle WebSocket: ${kib('rss')} KiB of memory, ${kib('heapUsed')} KiB of it heap`);
  expect((during.rss - before.rss) / IDLE).toBeLessThan(64 * 1_024);
  expect(after.heapUsed - before.heapUsed).toBeLessThan(2 * MIB);
  expect(first?.readyState).toBe(3);
});

test(
  '500 connections made and closed leave neither sockets nor listeners nor memory',
  { timeout: 60_000 },
  async () => {
    const backend = await startWebSockets();
    const gateway = await forkGateway('node', backend.url);
    await cycle(100);
    await idle(gateway);
    const before = await gateway.vitals();
    await cycle(500);
    await idle(gateway);
    const after = await gateway.vitals();
    expect({ ...after, rss: 0, heapUsed: 0 }).toEqual({ ...before, rss: 0, heapUsed: 0 });
    expect(after.heapUsed - before.heapUsed).toBeLessThan(0.5 * MIB);
    expect([backend.clients.size, backend.sockets.size]).toEqual([0, 0]);

    async function cycle(count: number): Promise<void> {
      await crowd(count, 10, async (index) => {
        const socket = await openWebSocket(gateway.url);
        await new Promise((resolve) => {
          socket.once('close', resolve);
          if (index % 3 === 0) socket.terminate();
          else socket.close();
        });
      });
      await until('the backend knows', () => backend.clients.size === 0 && backend.sockets.size === 0);
    }
  },
);

async function openMany(url: string, count: number): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  await crowd(count, 20, async () => void sockets.push(await openWebSocket(url)));
  return sockets;
}

async function closeAll(sockets: readonly WebSocket[]): Promise<void> {
  const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  for (const socket of sockets) socket.close();
  await Promise.all(closed);
}
