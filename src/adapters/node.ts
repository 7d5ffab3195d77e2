import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mount } from '../engine/core.ts';
import type { ParsedBody } from './consumed-body.ts';
import { handle } from './handle.ts';
import { alwaysResponding, type UpgradeListener, upgradeListener } from './upgrade.ts';

export interface RequestListener {
  (request: IncomingMessage, response: ServerResponse): void;
  /** For `server.on('upgrade', ...)`. */
  readonly upgrade: UpgradeListener;
}

export function requestListener(given: Mount): RequestListener {
  const mount = alwaysResponding(given);
  const causeway = (request: IncomingMessage & ParsedBody, response: ServerResponse): void => {
    handle(request, response, request, mount, ignore);
  };
  return Object.assign(causeway, { upgrade: upgradeListener(mount) });
}

function ignore(): void {}
