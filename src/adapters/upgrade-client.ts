import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../engine/clock.ts';
import { linger } from './linger.ts';

/** Kept of what a client sends before it is answered; then it has to wait. */
const EARLY_BYTES = 65_536;

/**
 * A client that wants to switch protocols. Node's server has let go of its connection: nobody else notices that it
 * leaves, writes a response on it, or closes it.
 */
export class UpgradeClient {
  /** For an answer without a switch. The connection is closed after it: what follows may be of another protocol. */
  readonly response: ServerResponse;
  readonly socket: Duplex;
  readonly #clock: Clock;
  #early: Buffer[];
  #earlyBytes: number;

  /** @throws when an earlier response is still being written on that connection. */
  constructor(message: IncomingMessage, socket: Duplex, head: Buffer, clock: Clock) {
    this.socket = socket;
    this.#clock = clock;
    this.#early = head.length === 0 ? [] : [head];
    this.#earlyBytes = head.length;
    this.response = new ServerResponse(message);
    this.response.shouldKeepAlive = false;
    this.response.assignSocket(socket as Socket);
    this.response.once('finish', this.#close);
    // As Node's server does: a client that ends its side before the answer is taken for gone.
    socket.on('drain', this.#drain).on('data', this.#keep).on('end', this.#leave);
  }

  /** Gives up the connection: it is for somebody else now, and so is what the client has sent already. */
  release(): readonly Buffer[] {
    this.#letGo();
    this.response.off('finish', this.#close);
    return this.#early;
  }

  readonly #keep = (chunk: Buffer): void => {
    this.#early.push(chunk);
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes > EARLY_BYTES) this.socket.pause();
  };

  readonly #drain = (): void => void this.response.emit('drain');

  readonly #leave = (): void => void this.socket.destroy();

  readonly #close = (): void => {
    this.#letGo();
    this.#early = [];
    this.socket.end();
    linger(this.socket, this.#clock, () => void this.socket.destroy());
  };

  #letGo(): void {
    this.socket.off('drain', this.#drain).off('data', this.#keep).off('end', this.#leave);
    this.response.detachSocket(this.socket as Socket);
  }
}
