import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { ReceivedRequest } from './types.ts';

/** What one faulty backend consists of: the requests that arrived, and everything that must be closed. */
export class Scene {
  readonly requests: ReceivedRequest[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #cleanups: (() => unknown)[] = [];
  #closed: Promise<void> | undefined;

  onClose(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  /** One that fails is destroyed, and never an unhandled error: a client that leaves is a matter of course here. */
  keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', ignore).once('close', () => this.#sockets.delete(socket));
  }

  record({ method = '', url = '', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): void {
    this.requests.push({ method, path: url, headers });
  }

  /** On a free port of 127.0.0.1, or on a Unix socket. Resolves to the port, if there is one. */
  async listen(server: Server, path?: string): Promise<number> {
    server.on('connection', (socket: Socket) => this.keep(socket));
    server.listen(path === undefined ? { host: '127.0.0.1', port: 0 } : { path });
    await once(server, 'listening');
    this.onClose(() => closed(server));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Resolves when all of it is closed. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    // Servers first: none accepts a connection after its others are gone.
    const closing = this.#cleanups.map(async (cleanup) => cleanup());
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closing);
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function ignore(): void {
  // Shows in 'close'.
}
