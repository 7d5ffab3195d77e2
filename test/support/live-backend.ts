import { createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, createServer as createTcp, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { listen, type Listening } from './live-server.ts';

export interface LiveBackend extends Listening {
  readonly url: string;
  /** Requests whose head has arrived. */
  readonly requests: IncomingMessage[];
}

export interface BackendPlace {
  /** A port of an earlier backend, to come back on. */
  readonly port?: number;
  /** An address of this machine other than 127.0.0.1. */
  readonly host?: string;
}

/** A real HTTP backend. */
export async function startBackend(
  listener: RequestListener,
  place: BackendPlace = {},
): Promise<LiveBackend> {
  const requests: IncomingMessage[] = [];
  const server = createHttp((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  const listening = await listen(server, place);
  const { host = '127.0.0.1' } = place;
  return { ...listening, url: `http://${host}:${listening.port}`, requests };
}

/** A backend that says its name. */
export function startNamed(name: string, place: BackendPlace = {}): Promise<LiveBackend> {
  return startBackend((request, response) => {
    request.resume();
    response.end(name);
  }, place);
}

export interface RawBackend extends Listening {
  readonly url: string;
  /** What came in, per connection. */
  readonly received: string[];
}

/** A backend that answers byte for byte what the test says, each time a request head is complete. */
export async function startRaw(onHead: (socket: Socket, head: string) => void): Promise<RawBackend> {
  const received: string[] = [];
  const server: Server = createTcp((socket) => {
    const index = received.push('') - 1;
    let answered = 0;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received[index] = `${received[index] ?? ''}${chunk.toString('latin1')}`;
      const heads = (received[index] ?? '').split('\r\n\r\n').length - 1;
      if (heads > answered) {
        answered = heads;
        onHead(socket, received[index] ?? '');
      }
    });
  });
  const listening = await listen(server);
  return { ...listening, url: `http://127.0.0.1:${listening.port}`, received };
}

/**
 * A port on which nobody listens, and nobody can: a connection that its server took keeps it. Not the client's
 * end of one: the kernel gives such a port to others who connect, even to itself, which then succeeds.
 */
export async function closedPort(): Promise<number> {
  const server = createTcp((socket) => socket.on('error', () => undefined));
  const { port } = await listen(server);
  const holder = connect({ host: '127.0.0.1', port });
  onTestFinished(() => void holder.destroy());
  await Promise.all([once(holder, 'connect'), once(server, 'connection')]);
  server.close();
  return port;
}
