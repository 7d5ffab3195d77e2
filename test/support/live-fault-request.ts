import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import type { Sent } from './live-client.ts';

/** Nothing came, not even a head. */
export const NOTHING: Sent = {
  status: 0,
  headers: {},
  rawHeaders: [],
  trailers: {},
  body: Buffer.alloc(0),
  complete: false,
  ms: 0,
};

export interface RequestPlan {
  readonly method: string;
  readonly bodyBytes: number;
  readonly times: number;
}

/**
 * Sends what shows a fault: as many requests as it takes, each on a connection of its own. Resolves to how the
 * last one ended, and never rejects. Also for programs outside the tests.
 */
export async function sendFault(url: string, request: RequestPlan): Promise<Sent> {
  for (let i = 1; i < request.times; i += 1) await sendOnce(url, request);
  return sendOnce(url, request);
}

function sendOnce(url: string, { method, bodyBytes }: RequestPlan): Promise<Sent> {
  const startedAt = performance.now();
  const headers = bodyBytes > 0 ? { 'content-length': bodyBytes } : {};
  return new Promise((resolve) => {
    const finish = (seen: Sent): void => {
      resolve({ ...seen, ms: performance.now() - startedAt });
      request.destroy();
    };
    const request = httpRequest(url, { method, headers, agent: false });
    let isAnswered = false;
    request.on('response', (response) => {
      isAnswered = true;
      void read(response).then(finish);
    });
    // After a response it says no more than that the rest of the upload is not wanted.
    request
      .on('error', () => undefined)
      .on('close', () => {
        if (!isAnswered) finish(NOTHING);
      });
    writeBody(request, bodyBytes);
  });
}

async function read(response: IncomingMessage): Promise<Sent> {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  await new Promise((resolve) => response.once('close', resolve));
  const { statusCode: status = 0, headers, rawHeaders, complete } = response;
  return { ...NOTHING, status, headers, rawHeaders, complete, body: Buffer.concat(chunks) };
}

const CHUNK = Buffer.alloc(65_536, 'u');

function writeBody(request: ClientRequest, bodyBytes: number): void {
  // One packet, as is usual.
  if (bodyBytes <= CHUNK.length) return void request.end(CHUNK.subarray(0, bodyBytes));
  let left = bodyBytes;
  const pump = (): void => {
    while (left > 0) {
      const chunk = CHUNK.subarray(0, left);
      left -= chunk.length;
      if (!request.write(chunk)) return void request.once('drain', pump);
    }
    request.end();
  };
  pump();
}
