import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A listening server that knows its open connections. Its owner closes it. */
export interface PlainServer {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
  /** Stops listening, and destroys what is still open. */
  readonly close: () => Promise<void>;
}

export async function listenOn(server: Server): Promise<PlainServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port, sockets, close };
}
