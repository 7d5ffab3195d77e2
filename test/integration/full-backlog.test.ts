import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startBackend, startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

/** A listener whose process stands still and whose backlog is full: it drops every further SYN. */
async function startDropping(): Promise<number> {
  const script = fileURLToPath(new URL('../support/live-backlog-process.ts', import.meta.url));
  const child = fork(script);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  child.kill('SIGSTOP');
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port }).on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    const connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      sleep(200).then(() => false),
    ]);
    if (!connected) return port;
  }
}

test('a backend that drops connections: connection_timeout, and another one answers', async () => {
  const url = `http://127.0.0.1:${await startDropping()}`;
  const timeouts = { connectMs: 200 };
  const alone = await startGateway('node', { backends: [url], timeouts, retry: false });
  const sent = await send(alone.url, { method: 'POST', body: 'x' });
  const problem = expectFailure(sent, 'connection_timeout');
  expect(problem).toMatchObject({ reached: 'no', retryable: true, attempts: [{ phase: 'connect' }] });
  expect(sent.ms).toBeGreaterThan(195);
  expect(sent.ms).toBeLessThan(1_000);

  const other = await startNamed('other');
  const gateway = await startGateway('node', { backends: [url, other.url], timeouts, random: () => 0 });
  const rescued = await send(gateway.url, { method: 'POST', body: 'x' });
  expect([rescued.status, rescued.headers['proxy-attempts']]).toEqual([200, '2']);
});

test('once it is known how long connecting takes, a request moves on long before connectMs, a POST as well', async () => {
  const url = `http://127.0.0.1:${await startDropping()}`;
  // Slow enough that each of so many at a time needs a connection of its own.
  const slow = await startBackend((request, response) => {
    request.resume();
    setTimeout(() => response.end('slow'), 200);
  });
  const gateway = await startGateway('node', { backends: [slow.url], timeouts: { connectMs: 5_000 } });
  await Promise.all(Array.from({ length: 30 }, () => send(gateway.url)));
  const limits: unknown[] = [];
  gateway.gateway.on('limit', ({ action, phase, backend }) => void limits.push([action, phase, backend]));
  // A new one is tried at once.
  gateway.gateway.backends.add({ url, name: 'dropping' });
  const moved = await send(gateway.url, { method: 'POST', body: 'x' });
  expect([moved.status, moved.body.toString(), moved.headers['proxy-attempts']]).toEqual([200, 'slow', '2']);
  expect(moved.ms).toBeLessThan(2_000);
  expect(limits).toEqual([['cut', 'connect', 'dropping']]);
});
