import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** What http-proxy-middleware does to a client's connection, and must not: the engine joins it to a backend's. */
const KEPT_FROM_IT = {
  unshift: nothing,
  write: () => true,
  ...Object.fromEntries(
    ['Timeout', 'NoDelay', 'KeepAlive'].map((what): [string, typeof itself] => [`set${what}`, itself]),
  ),
  end: itself,
  destroy: itself,
};

/** All that http-proxy-middleware itself asks of a connection. */
class BareSocket extends EventEmitter {
  readonly writable = true;
  readonly destroyed = false;
}
Object.assign(BareSocket.prototype, KEPT_FROM_IT);

export function bareSocket(): EventEmitter {
  return new BareSocket();
}

const DESCRIPTORS = Object.getOwnPropertyDescriptors(KEPT_FROM_IT);

/** For hooks: what is known of the client's connection can be read through it. */
export function hookedSocket(socket: Socket): EventEmitter {
  const shim = Object.create(socket) as EventEmitter;
  (EventEmitter as unknown as (this: unknown) => void).call(shim);
  return Object.defineProperties(shim, DESCRIPTORS);
}

function itself<Self>(this: Self): Self {
  return this;
}

function nothing(): void {}
