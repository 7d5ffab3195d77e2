import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const PAUSE_MS = 1_100;

async function runWith(
  method: string,
): Promise<{ readonly connections: number; readonly statuses: number[] }> {
  const backend = await startRaw((socket) => void socket.write(OK));
  const gateway = await startGateway('node', { backends: [backend.url] });
  const statuses: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    if (i > 0) await sleep(PAUSE_MS);
    statuses.push((await send(gateway.url, { method })).status);
    statuses.push((await send(gateway.url, { method })).status);
  }
  return { connections: backend.received.length, statuses };
}

test('a connection that was idle for a second serves only what could be repeated', async () => {
  const methods = ['POST', 'PATCH', 'GET', 'DELETE'];
  const results = await Promise.all(methods.map(runWith));
  for (const { statuses } of results) expect(statuses).toEqual(Array(6).fill(200));
  // Used again at once, but not after a second.
  expect(results.map(({ connections }) => connections)).toEqual([3, 3, 1, 1]);
});

test('a backend that closes after 1.2 s never meets a POST on its way', async () => {
  const idleSince = new WeakMap<object, number>();
  const backend = await startRaw((socket) => {
    if (performance.now() - (idleSince.get(socket) ?? Infinity) > PAUSE_MS + 100) return socket.destroy();
    idleSince.set(socket, performance.now());
    return void socket.write(OK);
  });
  const gateway = await startGateway('node', { backends: [backend.url] });
  for (let i = 0; i < 3; i += 1) {
    expect((await send(gateway.url, { method: 'POST', body: 'x' })).status).toBe(200);
    await sleep(PAUSE_MS + 150);
  }
});
