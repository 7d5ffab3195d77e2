import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mount } from '../engine/core.ts';
import { koaTrust } from './app-trust.ts';
import { type Done, handle } from './handle.ts';
import { type UpgradeListener, upgradeListener } from './upgrade.ts';

/** The part of Koa's context that is needed: no framework types are needed to use it. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly request: object;
  readonly app?: { readonly proxy?: unknown };
}

export interface KoaMiddleware {
  (context: KoaContext, next: () => Promise<unknown>): Promise<void>;
  /** For `server.on('upgrade', ...)`. */
  readonly upgrade: UpgradeListener;
}

export function koaMiddleware(mount: Mount): KoaMiddleware {
  const asksApp = mount.settings.headers.trust === 'app';
  // Awaited to the end, so that Koa finds the response ended and leaves it alone.
  const causeway = (context: KoaContext): Promise<void> =>
    new Promise((resolve, reject) => {
      const done: Done = (error) => (error ? reject(error) : resolve());
      const trust = asksApp ? koaTrust(context) : undefined;
      handle(context.req, context.res, context.request, mount, done, trust);
    });
  return Object.assign(causeway, { upgrade: upgradeListener(mount) });
}
