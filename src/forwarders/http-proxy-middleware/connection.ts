import type { Socket } from 'node:net';
import { isIdempotent } from '../../engine/methods.ts';
import type { UsedConnection } from '../attempt-failure.ts';
import type { IdleAge } from '../idle-age.ts';
import { FRESH_MS, MAX_AGE_MS, type SocketFailure } from '../lane.ts';

/** What is known of one connection, beyond what an Agent keeps. */
export class Connection implements UsedConnection {
  readonly socket: Socket;
  failure: SocketFailure | undefined = undefined;
  /** How long it had been idle when the current request came to it. */
  idleMs = 0;
  /** Since when; undefined while a request is on it. */
  #idleSince: number | undefined;
  readonly #connectedAt: number;
  readonly #idleAge: IdleAge;

  constructor(socket: Socket, idleAge: IdleAge, now: () => number) {
    this.socket = socket;
    this.#idleAge = idleAge;
    this.#connectedAt = now();
    // Before Node listens, so that what happened is known by the time Node acts on it.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.failure ??= { error, bytesUnsent: socket.writableLength };
      if (error.code === 'ECONNRESET') this.#closedByBackend(now());
    });
    socket.on('end', () => this.#closedByBackend(now()));
  }

  /** It waits for the next request. */
  rest(now: number): void {
    this.#idleSince = now;
  }

  take(now: number): void {
    this.idleMs = this.#idleAt(now);
    this.#idleSince = undefined;
  }

  /** The backend may be about to close it, or what is behind its name has changed. */
  isTooOldFor(method: string, now: number): boolean {
    const idleMs = this.#idleAt(now);
    if (idleMs > FRESH_MS && !isIdempotent(method)) return true;
    return now - this.#connectedAt > MAX_AGE_MS || idleMs > this.#idleAge.limitMs(now);
  }

  #idleAt(now: number): number {
    return this.#idleSince === undefined ? 0 : now - this.#idleSince;
  }

  #closedByBackend(now: number): void {
    if (this.#idleSince !== undefined) this.#idleAge.observe(now - this.#idleSince, now);
  }
}
