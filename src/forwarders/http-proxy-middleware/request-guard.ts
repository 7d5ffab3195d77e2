import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RawHeaders } from '../../engine/types.ts';

/** Sees what becomes of a request before everybody else. */
export interface RequestWatcher {
  readonly isSettled: boolean;
  connected(request: ClientRequest, socket: Socket): void;
  requestFailed(error: Error): void;
  /** False: it is not for http-proxy-middleware. */
  mayRespond(message: IncomingMessage): boolean;
  switched(message: IncomingMessage, socket: Socket, head: Buffer): void;
  relayInformation(status: number, raw: RawHeaders): void;
  hookThrew(hook: string, thrown: unknown): void;
}

interface Information {
  readonly statusCode: number;
  readonly rawHeaders: RawHeaders;
}

/**
 * Node calls listeners of a request from its own loop, where nobody would catch what they throw: one hook, or one
 * Location that is no URL, would end the process.
 */
export function guardRequest(request: ClientRequest, watcher: RequestWatcher): void {
  // With none, Node would close the connection and say nothing.
  request.on('upgrade', ignore);
  const { emit } = request;
  const guarded = (name: string | symbol, ...given: unknown[]): boolean => {
    if (!passesOn(request, watcher, name, given)) return true;
    try {
      return Reflect.apply(emit, request, [name, ...given]) as boolean;
    } catch (error) {
      watcher.hookThrew(`a listener for "${String(name)}"`, error);
      return true;
    }
  };
  request.emit = guarded as ClientRequest['emit'];
}

function passesOn(
  request: ClientRequest,
  watcher: RequestWatcher,
  name: string | symbol,
  given: readonly unknown[],
): boolean {
  switch (name) {
    case 'socket':
      watcher.connected(request, given[0] as Socket);
      return true;
    case 'response':
      return watcher.mayRespond(given[0] as IncomingMessage);
    case 'upgrade':
      watcher.switched(given[0] as IncomingMessage, given[1] as Socket, given[2] as Buffer);
      return false;
    case 'information': {
      const { statusCode, rawHeaders } = given[0] as Information;
      watcher.relayInformation(statusCode, rawHeaders);
      return true;
    }
    case 'error':
      watcher.requestFailed(given[0] as Error);
      return true;
    default:
      return true;
  }
}

function ignore(): void {}
