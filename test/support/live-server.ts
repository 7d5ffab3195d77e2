import { once } from 'node:events';
import type { Server } from 'node:net';
import type { AddressInfo, ListenOptions, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A listening server and its open connections. Closed when the test is over. */
export interface Listening {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  readonly close: () => Promise<void>;
}

export async function listen(server: Server, options: ListenOptions = {}): Promise<Listening> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(options.path === undefined ? { host: '127.0.0.1', port: 0, ...options } : options);
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(close);
  const address = server.address() as AddressInfo | string;
  return { port: typeof address === 'string' ? 0 : address.port, sockets, accepted: () => accepted, close };
}
