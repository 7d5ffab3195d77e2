import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mount } from '../engine/core.ts';
import type { ParsedBody } from './consumed-body.ts';
import { expressTrust } from './app-trust.ts';
import { type Done, handle } from './handle.ts';
import { type UpgradeListener, upgradeListener } from './upgrade.ts';

/** Express's `(req, res, next)`, typed on node:http alone: no framework types are needed to use it. */
export interface ExpressMiddleware {
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** For `server.on('upgrade', ...)`. */
  readonly upgrade: UpgradeListener;
}

export function expressMiddleware(mount: Mount): ExpressMiddleware {
  const asksApp = mount.settings.headers.trust === 'app';
  // Where Express's body parsers leave `body`, and `verify` hooks `rawBody`.
  const causeway = (
    request: IncomingMessage & ParsedBody,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): void => {
    const done: Done = (error) => {
      if (error) next(error);
    };
    handle(request, response, request, mount, done, asksApp ? expressTrust(request) : undefined);
  };
  return Object.assign(causeway, { upgrade: upgradeListener(mount) });
}
