import { createServer, type Server } from 'node:http';
import type { ListenOptions } from 'node:net';
import { createGateway, type Gateway, type GatewayOptions, type PolicyOptions } from 'causeway-proxy';
import { expect, onTestFinished } from 'vitest';
import { type Adapter, appOf, type Handler } from './live-app.ts';
import { listen, type Listening } from './live-server.ts';

export { type Adapter, ADAPTERS, appOf, type Handler } from './live-app.ts';

export interface LogLine {
  readonly level: 'warn' | 'error';
  readonly details: object;
  readonly message: string;
}

export interface LiveGateway extends Listening {
  readonly url: string;
  readonly gateway: Gateway;
  readonly server: Server;
  readonly logs: LogLine[];
}

export interface GatewayPlace {
  readonly policy?: PolicyOptions;
  readonly listenOn?: ListenOptions;
  /** The test is about errors in the log: otherwise one fails it. */
  readonly expectErrors?: boolean;
}

/** A gateway that logs into a list. Closed when the test is over; a logged error fails the test. */
export function makeGateway(
  options: GatewayOptions,
  { expectErrors = false }: GatewayPlace = {},
): {
  readonly gateway: Gateway;
  readonly logs: LogLine[];
} {
  const logs: LogLine[] = [];
  const logger = {
    warn: (details: object, message: string) => void logs.push({ level: 'warn', details, message }),
    error: (details: object, message: string) => void logs.push({ level: 'error', details, message }),
  };
  const gateway = createGateway({ logger, ...options });
  onTestFinished(async () => {
    await gateway.close({ timeoutMs: 1 });
    if (!expectErrors) expect(logs.filter(({ level }) => level === 'error')).toEqual([]);
  });
  return { gateway, logs };
}

/** The gateway alone in an app of that framework, on a port of its own. */
export async function startGateway(
  adapter: Adapter,
  options: GatewayOptions,
  place: GatewayPlace = {},
): Promise<LiveGateway> {
  const { gateway, logs } = makeGateway(options, place);
  const { handler, upgrade } = appOf(adapter, gateway, place.policy);
  const server = createServer((request, response) => void handler(request, response));
  server.on('upgrade', upgrade);
  const listening = await listen(server, place.listenOn);
  return { ...listening, url: `http://127.0.0.1:${listening.port}`, gateway, server, logs };
}

/** Any handler on a port of its own, such as an app that mounts a gateway among other things. */
export async function serve(handler: Handler): Promise<Listening & { readonly url: string }> {
  const listening = await listen(createServer((request, response) => void handler(request, response)));
  return { ...listening, url: `http://127.0.0.1:${listening.port}` };
}

/** Runs with another NODE_ENV: it is read when a gateway is made. */
export function withEnvironment<Result>(value: string | undefined, run: () => Result): Result {
  const before = process.env['NODE_ENV'];
  setEnvironment(value);
  try {
    return run();
  } finally {
    setEnvironment(before);
  }
}

function setEnvironment(value: string | undefined): void {
  if (value === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = value;
}
