import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A real HTTP server, closed when the test is over. Resolves with its URL. */
export async function startBackend(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Nothing listens on port 1. */
export const DEAD_BACKEND = 'http://127.0.0.1:1';

/** Answers with method and path, once the request has been read. */
export const echo: RequestListener = (request, response) => {
  request.resume().on('end', () => response.end(`${request.method} ${request.url}`));
};
