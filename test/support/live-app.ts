import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Gateway, PolicyOptions } from 'causeway-proxy';
import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';
import { createRequestListener } from 'causeway-proxy/node';
import express from 'express';
import Koa from 'koa';

export const ADAPTERS = ['express', 'koa', 'node'] as const;
export type Adapter = (typeof ADAPTERS)[number];

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface App {
  readonly handler: Handler;
  readonly upgrade: Upgrade;
}

/** An app of that framework with nothing in it but the gateway. */
export function appOf(adapter: Adapter, gateway: Gateway, policy?: PolicyOptions): App {
  switch (adapter) {
    case 'express': {
      const proxy = forExpress(gateway, policy);
      return { handler: express().use(proxy), upgrade: proxy.upgrade };
    }
    case 'koa': {
      const proxy = forKoa(gateway, policy);
      const app = new Koa().use(proxy);
      app.silent = true;
      return { handler: app.callback(), upgrade: proxy.upgrade };
    }
    case 'node': {
      const proxy = createRequestListener(gateway, policy);
      return { handler: proxy, upgrade: proxy.upgrade };
    }
  }
}
