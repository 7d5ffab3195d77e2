import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Mount } from '../engine/core.ts';
import type { ParsedBody } from './consumed-body.ts';
import { handle } from './handle.ts';
import { refuseUpgrade } from './upgrade.ts';

export interface RequestListener {
  (request: IncomingMessage, response: ServerResponse): void;
  /** For `server.on('upgrade', ...)`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export function requestListener({ core, settings }: Mount): RequestListener {
  // There is no error handler to deliver to.
  const mount: Mount = {
    core,
    settings: { ...settings, errors: { ...settings.errors, deliver: 'respond' } },
  };
  const causeway = (request: IncomingMessage & ParsedBody, response: ServerResponse): void => {
    handle(request, response, request, mount, ignore);
  };
  return Object.assign(causeway, {
    upgrade: (request: IncomingMessage, socket: Duplex) => refuseUpgrade(request, socket, mount),
  });
}

function ignore(): void {}
