import { once } from 'node:events';
import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Method } from './routes.ts';

const POST_BODY = JSON.stringify({ item: 'bridge', quantity: 1 });
/** No route of the demo allows that long: a gateway that gives no answer is a failure of the demo. */
const GIVE_UP_MS = 10_000;

/** A response as it came over the wire. */
export interface Answer {
  readonly httpVersion: string;
  readonly status: number;
  readonly statusText: string;
  /** Names and values in turn, in the order and spelling of the wire. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly cause: string | undefined;
  readonly attempts: number | undefined;
  readonly ms: number;
}

/** Rejects when no complete response came. */
export async function send(method: Method, url: string, agent: Agent): Promise<Answer> {
  const startedAt = performance.now();
  const request = httpRequest(url, { method, agent, signal: AbortSignal.timeout(GIVE_UP_MS) });
  if (method === 'POST') request.setHeader('content-type', 'application/json').end(POST_BODY);
  else request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await text(response);
  return {
    httpVersion: response.httpVersion,
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    rawHeaders: response.rawHeaders,
    body,
    cause: header(response, 'proxy-cause'),
    attempts: numberOf(header(response, 'proxy-attempts')),
    ms: performance.now() - startedAt,
  };
}

function header(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
