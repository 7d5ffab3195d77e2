import { Agent, type OutgoingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import { type LiveBackend, startBackend } from './live-backend.ts';
import { send } from './live-client.ts';

/** A request says in this header how many milliseconds its answer should take. */
export const SLUGGISH = 'x-answer-after-ms';

/** A backend that answers at once, or after as long as the request says. */
export function startSluggish(): Promise<LiveBackend> {
  return startBackend((request, response) => {
    request.resume();
    const ms = Number(request.headers[SLUGGISH] ?? 0);
    if (ms === 0) return void response.end('x');
    const timer = setTimeout(() => response.end('x'), ms);
    response.on('close', () => clearTimeout(timer));
  });
}

const CLIENTS = 8;

/** So many requests, a few at a time, so that it is known how long they usually take. */
export async function teach(url: string, requests: number, headers?: OutgoingHttpHeaders): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const clients = Array.from({ length: CLIENTS }, async () => {
    for (let i = 0; i < requests / CLIENTS; i += 1) await send(url, { agent, ...(headers && { headers }) });
  });
  await Promise.all(clients);
}
