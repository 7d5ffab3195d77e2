import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import {
  createProxyMiddleware as ours,
  type CompatibleProxyOptions,
} from 'causeway-proxy/http-proxy-middleware';
import type { Gateway } from 'causeway-proxy';
import express, { type Express } from 'express';
import { createProxyMiddleware as theirs, type Options } from 'http-proxy-middleware';
import { onTestFinished } from 'vitest';
import type { LogLine } from './live-gateway.ts';
import { listen, type Listening } from './live-server.ts';

export type Middleware = ((
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => Promise<void>) & {
  upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
};

/** Whose package: each takes the same options. */
export const PACKAGES = ['theirs', 'ours'] as const;
export type Package = (typeof PACKAGES)[number];

export function middlewareOf(whose: Package, options: Options): Middleware {
  return whose === 'theirs' ? (theirs(options) as Middleware) : ourMiddleware(options);
}

/** Ours, closed when the test is over. */
export function ourMiddleware(
  options: CompatibleProxyOptions,
): Middleware & { readonly gateway: Gateway; readonly logs: LogLine[] } {
  const logs: LogLine[] = [];
  const logger = {
    warn: (details: object, message: string) => void logs.push({ level: 'warn', details, message }),
    error: (details: object, message: string) => void logs.push({ level: 'error', details, message }),
  };
  const made = ours({ ...options, causeway: { logger, ...options.causeway } });
  onTestFinished(() => made.gateway.close({ timeoutMs: 1 }));
  return Object.assign(made, { logs }) as unknown as Middleware & { gateway: Gateway; logs: LogLine[] };
}

export interface LiveApp extends Listening {
  readonly url: string;
  readonly server: Server;
}

/** An Express app on a port of its own. */
export async function serveExpress(build: (app: Express) => void): Promise<LiveApp> {
  const app = express();
  build(app);
  return serveListener(app as unknown as RequestListener);
}

export async function serveListener(listener: RequestListener): Promise<LiveApp> {
  const server = createServer(listener);
  const listening = await listen(server);
  return { ...listening, server, url: `http://127.0.0.1:${listening.port}` };
}
