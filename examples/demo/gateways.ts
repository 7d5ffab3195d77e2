import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createGateway, type Gateway } from 'causeway-proxy';
import { createProxyMiddleware as createExpressProxy } from 'causeway-proxy/express';
import { createProxyMiddleware as createKoaProxy } from 'causeway-proxy/koa';
import express from 'express';
import Koa from 'koa';
import type { Backends } from './backends.ts';
import { type Route, ROUTES } from './routes.ts';
import { closeServer, LOOPBACK, listen } from './servers.ts';

/** How long requests under way may take to end. */
const DRAIN_MS = 5_000;

/** A route with the gateway that serves it: each route has its own backends, breakers and retry budget. */
interface Mounted {
  readonly route: Route;
  readonly gateway: Gateway;
}

/** One app of either framework, with a gateway per route. */
export interface GatewayApp {
  readonly name: 'Express' | 'Koa';
  readonly mounted: readonly Mounted[];
  /** Resolves with the address; rejects when the port is taken. */
  listen(port: number): Promise<string>;
  /** Answers what is under way, then closes everything. */
  close(): Promise<void>;
}

export function createGatewayApps(backends: Backends): readonly [GatewayApp, GatewayApp] {
  const forExpress = mountAll(backends);
  const forKoa = mountAll(backends);
  return [
    gatewayApp('Express', forExpress, expressListener(forExpress)),
    gatewayApp('Koa', forKoa, koaListener(forKoa)),
  ];
}

function mountAll(backends: Backends): Mounted[] {
  return ROUTES.map((route) => {
    const targets = route.backends.map((name) => ({ name, url: backends.url(name) }));
    return { route, gateway: createGateway({ backends: targets, ...route.options }) };
  });
}

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

function expressListener(mounted: readonly Mounted[]): Listener {
  const app = express();
  for (const { route, gateway } of mounted) app.use(route.path, createExpressProxy(gateway));
  return app;
}

function koaListener(mounted: readonly Mounted[]): Listener {
  const app = new Koa();
  for (const { route, gateway } of mounted) {
    const proxy = createKoaProxy(gateway);
    app.use((context, next) => (isUnder(context.path, route.path) ? proxy(context, next) : next()));
  }
  return app.callback();
}

function isUnder(path: string, mountPath: string): boolean {
  return path === mountPath || path.startsWith(`${mountPath}/`);
}

function gatewayApp(name: GatewayApp['name'], mounted: readonly Mounted[], listener: Listener): GatewayApp {
  const server = createServer((request, response) => void listener(request, response));
  return {
    name,
    mounted,
    listen: async (port) => `http://${LOOPBACK}:${await listen(server, port)}`,
    close: () => drain(server, mounted),
  };
}

async function drain(server: Server, mounted: readonly Mounted[]): Promise<void> {
  // No new connections from here on; those that are idle are closed.
  server.close();
  await Promise.all(mounted.map(({ gateway }) => gateway.close({ timeoutMs: DRAIN_MS })));
  await closeServer(server);
}
