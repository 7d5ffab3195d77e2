import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOn, type PlainServer } from '../hostile/plain-server.ts';

/** How often requests arrived whole that must not be repeated, by their id. */
export type Processed = Map<string, number>;

/** Answers with the hash of what came, in one of the ways in which servers answer. */
export function startHealthy(processed: Processed, random: () => number): Promise<PlainServer> {
  return listenOn(
    createServer((request, response) => {
      const hash = createHash('sha256');
      request.on('error', ignore).on('data', (chunk: Buffer) => void hash.update(chunk));
      request.on('end', () => {
        const id = String(request.headers['x-request-id']);
        if (request.method === 'POST') processed.set(id, (processed.get(id) ?? 0) + 1);
        setTimeout(() => answer(request, response, hash.digest('hex'), random()), random() * 10);
      });
    }),
  );
}

function answer(request: IncomingMessage, response: ServerResponse, body: string, chance: number): void {
  if (response.destroyed) return;
  response.on('error', ignore);
  if (chance < 0.2) response.writeEarlyHints({ link: '</a.css>; rel=preload' });
  if (request.url?.startsWith('/large')) {
    response.writeHead(200, { 'X-Hash': body });
    for (let i = 0; i < 20; i += 1) response.write(Buffer.alloc(16_384, 'x'));
    return void response.end();
  }
  if (chance < 0.6) return void response.writeHead(200, { 'Content-Length': body.length }).end(body);
  response.write(body.slice(0, 10));
  if (chance < 0.8) response.addTrailers({ 'X-Sum': '1' });
  response.end(body.slice(10));
}

function ignore(): void {
  // Clients that leave are what this is about.
}
