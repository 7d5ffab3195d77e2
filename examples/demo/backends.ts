import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { closeServer, LOOPBACK, listen } from './servers.ts';

/** Well above the limit that the demo's route sets. */
const SLOW_MS = 5_000;
/** Nothing listens on port 1, and no other program is handed it by chance, as a port freed by us could be. */
const CLOSED_PORT = 1;

/** Real servers on the loopback interface, each with a fault of its own. */
export type BackendName = 'healthy-1' | 'healthy-2' | 'refusing' | 'resetting' | 'unavailable' | 'slow';

export interface Backends {
  url(name: BackendName): string;
  close(): Promise<void>;
}

export async function startBackends(): Promise<Backends> {
  const servers: Record<Exclude<BackendName, 'refusing'>, Server> = {
    'healthy-1': createHttpServer(answerAs('healthy-1')),
    'healthy-2': createHttpServer(answerAs('healthy-2')),
    resetting: createTcpServer(resetOnceAsked),
    unavailable: createHttpServer(answerUnavailable),
    slow: createHttpServer(answerLate),
  };
  await Promise.all(Object.values(servers).map((server) => listen(server, 0)));
  const port = (name: BackendName): number => (name === 'refusing' ? CLOSED_PORT : portOf(servers[name]));
  return {
    url: (name) => `http://${LOOPBACK}:${port(name)}`,
    close: async () => {
      await Promise.all(Object.values(servers).map(closeServer));
    },
  };
}

function answerAs(name: BackendName) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => {
      const { method, url } = request;
      response.setHeader('content-type', 'application/json');
      response.end(`${JSON.stringify({ backend: name, method, url, bytesReceived: bytes })}\n`);
    });
  };
}

/** Reads the request before it resets: the gateway cannot know whether the request was processed. */
function resetOnceAsked(socket: Socket): void {
  // The other side may reset first.
  socket.on('error', () => undefined);
  socket.once('data', () => socket.resetAndDestroy());
}

function answerUnavailable(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(503, { 'content-type': 'text/plain' }).end('Down for maintenance\n');
}

function answerLate(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const timer = setTimeout(() => response.end('At last\n'), SLOW_MS);
  response.on('close', () => clearTimeout(timer));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server is not listening');
  return address.port;
}
