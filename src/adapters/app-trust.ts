import type { IncomingMessage } from 'node:http';
import type { AppTrust } from '../engine/types.ts';

/** The part of an Express app that is needed. */
interface Settings {
  enabled?(name: string): boolean;
  get?(name: string): unknown;
}

/** What the app's `trust proxy` says of the peer; undefined where it is off. */
export function expressTrust(request: IncomingMessage & { readonly app?: Settings }): AppTrust | undefined {
  const { app } = request;
  if (app?.enabled?.('trust proxy') !== true) return undefined;
  const trusts = app.get?.('trust proxy fn');
  if (typeof trusts !== 'function') return undefined;
  // The peer is the nearest hop of the chain.
  return () =>
    (trusts as (address: string | undefined, hop: number) => unknown)(request.socket.remoteAddress, 0) ===
    true;
}

/** Koa's `app.proxy` says it of every peer. */
export function koaTrust({ app }: { readonly app?: { readonly proxy?: unknown } }): AppTrust | undefined {
  return app?.proxy === true ? always : undefined;
}

function always(): boolean {
  return true;
}
