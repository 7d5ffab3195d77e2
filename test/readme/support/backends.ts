import type { RequestListener } from 'node:http';
import { closedPort, type LiveBackend, startBackend } from '../../support/live-backend.ts';
import { readAllFrom } from '../../support/live-client.ts';

/** Says what it got; `/silent` is never answered, and `/reset` is reset once it has been read. */
const listener: RequestListener = (request, response) => {
  void readAllFrom(request).then((body) => {
    if (request.url === '/silent') return;
    if (request.url === '/reset') return void request.socket.resetAndDestroy();
    response.end(`${request.method} ${request.url} ${body.toString()}`.trimEnd());
  });
};

export function startEcho(): Promise<LiveBackend> {
  return startBackend(listener);
}

/** Reads each request, and resets the connection. */
export function startResetting(): Promise<LiveBackend> {
  return startBackend((request) => {
    request.resume().on('end', () => request.socket.resetAndDestroy());
  });
}

/** Nobody listens there. */
export async function deadUrl(): Promise<string> {
  return `http://127.0.0.1:${await closedPort()}`;
}
