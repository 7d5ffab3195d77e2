import { once } from 'node:events';
import type * as Net from 'node:net';
import { createServer } from 'node:net';
import type * as Tls from 'node:tls';
import { expect, test, vi } from 'vitest';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

// What the kernel does once in some 30,000 times: our own end gets the very port that we connect to.
const loop = vi.hoisted(() => ({
  port: 0,
  own<Options extends object>(options: Options): Options {
    const isLoop = 'port' in options && options.port === this.port;
    return isLoop ? { ...options, localPort: this.port, localAddress: '127.0.0.1' } : options;
  },
}));

vi.mock('node:net', async (original) => {
  const net = await original<typeof Net>();
  const connect = (options: Net.NetConnectOpts, listener?: () => void): Net.Socket =>
    net.connect(loop.own(options), listener);
  return { ...net, connect, default: { ...net, connect } };
});

vi.mock('node:tls', async (original) => {
  const tls = await original<typeof Tls>();
  const connect = (options: Tls.ConnectionOptions): Tls.TLSSocket => tls.connect(loop.own(options));
  return { ...tls, connect, default: { ...tls, connect } };
});

test.each(['http', 'https'])(
  'a connection to itself is a port on which nobody listens, %s',
  async (scheme) => {
    loop.port = await freePort();
    const gateway = await startGateway('node', { backends: [`${scheme}://127.0.0.1:${loop.port}`] });
    const problem = expectFailure(await send(gateway.url), 'connection_refused');
    expect(problem['reached']).toBe('no');
  },
);

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
