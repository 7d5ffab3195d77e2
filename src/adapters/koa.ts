import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mount } from '../engine/core.ts';
import { handle } from './handle.ts';
import { type UpgradeListener, upgradeListener } from './upgrade.ts';

/** The part of Koa's context that is needed: no framework types are needed to use it. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly request: object;
}

export interface KoaMiddleware {
  (context: KoaContext, next: () => Promise<unknown>): Promise<void>;
  /** For `server.on('upgrade', ...)`. */
  readonly upgrade: UpgradeListener;
}

export function koaMiddleware(mount: Mount): KoaMiddleware {
  // Awaited to the end, so that Koa finds the response ended and leaves it alone.
  const causeway = (context: KoaContext): Promise<void> =>
    new Promise((resolve, reject) => {
      handle(context.req, context.res, context.request, mount, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  return Object.assign(causeway, { upgrade: upgradeListener(mount) });
}
