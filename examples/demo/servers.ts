import { once } from 'node:events';
import { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

/** Everything in the demo stays on this machine. */
export const LOOPBACK = '127.0.0.1';

/** Resolves with the port; rejects when it is taken. Port 0: any free one. */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Breaks whatever is still connected. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    // The error says that it had been closed before, or never opened.
    server.close(() => resolve());
  });
  if (server instanceof HttpServer) server.closeAllConnections();
  await closed;
}
