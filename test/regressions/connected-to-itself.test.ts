import { once } from 'node:events';
import type * as Net from 'node:net';
import { createServer, type NetConnectOpts } from 'node:net';
import { expect, test, vi } from 'vitest';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

const loop = vi.hoisted(() => ({ port: 0 }));

// What the kernel does once in some 30,000 times: our own end gets the very port that we connect to.
vi.mock('node:net', async (original) => {
  const net = await original<typeof Net>();
  const connect = (options: NetConnectOpts, listener?: () => void): Net.Socket => {
    const own = 'port' in options && options.port === loop.port ? { localPort: loop.port } : {};
    return net.connect({ ...options, ...own, ...(own.localPort && { localAddress: '127.0.0.1' }) }, listener);
  };
  return { ...net, connect, default: { ...net, connect } };
});

test('a connection to itself is a port on which nobody listens', async () => {
  loop.port = await freePort();
  const gateway = await startGateway('node', { backends: [`http://127.0.0.1:${loop.port}`] });
  const problem = expectFailure(await send(gateway.url), 'connection_refused');
  expect(problem['reached']).toBe('no');
});

/** Beyond the range from which the kernel gives ports to others, so that it stays free. */
async function freePort(): Promise<number> {
  for (let port = 61_000; ; port += 1) {
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
