import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, send } from './request.ts';
import { type Method, type Route, ROUTES } from './routes.ts';

/** Leaves room on the processor for the backends and both gateways, which live in the same process. */
const PAUSE_MS = 50;

/** A gateway under load. */
export interface Entrance {
  readonly gateway: string;
  readonly address: string;
}

/** What came of one request. */
export interface Result {
  readonly gateway: string;
  readonly route: Route;
  readonly method: Method;
  readonly url: string;
  /** An error when there was no complete response. */
  readonly answer: Answer | Error;
}

/** Sends mixed traffic to all routes of all gateways until the signal comes. */
export async function driveTraffic(
  entrances: readonly Entrance[],
  signal: AbortSignal,
  onResult: (result: Result) => void,
): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  try {
    await Promise.all(clients(entrances).map((client) => runClient(client, agent, signal, onResult)));
  } finally {
    agent.destroy();
  }
}

type Client = Omit<Result, 'answer'>;

function clients(entrances: readonly Entrance[]): Client[] {
  return entrances.flatMap(({ gateway, address }) =>
    ROUTES.flatMap((route) =>
      methods(route).map((method) => ({ gateway, route, method, url: `${address}${route.path}` })),
    ),
  );
}

/** Each method as often as there are clients for it. */
function methods({ clients: { GET = 0, POST = 0 } }: Route): Method[] {
  return [...Array<Method>(GET).fill('GET'), ...Array<Method>(POST).fill('POST')];
}

/** One request after the other. The last one is waited for, so that every request has a result. */
async function runClient(
  client: Client,
  agent: Agent,
  signal: AbortSignal,
  onResult: (result: Result) => void,
): Promise<void> {
  do {
    onResult({ ...client, answer: await send(client.method, client.url, agent).catch(asError) });
    await pause(PAUSE_MS);
  } while (!signal.aborted);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
