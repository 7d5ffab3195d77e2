import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { inFrontOf } from './in-front-of.ts';

/** What http-proxy-middleware does to a client's connection, and must not: the engine joins it to a backend's. */
class OwnSocket extends EventEmitter {
  readonly writable = true;
  readonly destroyed = false;

  unshift(): void {
    // What the client has sent is kept elsewhere.
  }

  write(): boolean {
    return true;
  }

  end(): this {
    return this;
  }

  destroy(): this {
    return this;
  }

  pipe(to: unknown): unknown {
    return to;
  }
}
// By name: no timer is set here, nor anywhere else.
for (const what of ['Timeout', 'NoDelay', 'KeepAlive']) {
  Object.defineProperty(OwnSocket.prototype, `set${what}`, {
    value(this: OwnSocket) {
      return this;
    },
  });
}

/** All that http-proxy-middleware itself asks of a connection. */
export function bareSocket(): EventEmitter {
  return new OwnSocket();
}

/** For hooks: what is known of the client's connection can be read through it. */
export function hookedSocket(socket: Socket): EventEmitter {
  return inFrontOf(socket, new OwnSocket());
}
