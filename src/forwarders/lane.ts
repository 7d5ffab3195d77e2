import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import type { DirectAttempt } from './direct-attempt.ts';
import type { ConnectCallback, Connecting } from './connector.ts';

/** Opens a connection for the attempt that waits for it. */
export type OpenConnection = (attempt: DirectAttempt | undefined, callback: ConnectCallback) => Connecting;

/** undici's own timers are coarse (about a second) and know no cause: ours rule. */
const CLIENT_OPTIONS = {
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  allowH2: false,
  // Below what common servers keep (Node: 5 s); a Keep-Alive header from the backend adjusts it.
  keepAliveTimeout: 4_000,
  keepAliveTimeoutThreshold: 1_000,
} as const;

/**
 * One connection of a pool, and who is on it. undici says neither which socket a request uses nor whether
 * it was used before; with one request at a time per client, this does.
 */
export class Lane extends Client {
  socket: Socket | undefined = undefined;
  /** The present socket failed. undici takes a reset for the end of a body that ends with the connection. */
  hasFailed = false;
  /** Requests begun on the present socket. */
  requests = 0;
  #current: DirectAttempt | undefined = undefined;
  #connecting: Connecting | undefined = undefined;

  static create(origin: string, open: OpenConnection): Lane {
    const lane: Lane = new Lane(origin, {
      ...CLIENT_OPTIONS,
      connect: (_options, callback) => lane.#connect(open, callback),
    });
    return lane;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    // The pool is ours: nothing but attempts is dispatched through it.
    const attempt = handler as DirectAttempt;
    this.#current = attempt;
    attempt.lane = this;
    return super.dispatch(options, handler);
  }

  /** The attempt is over. An idle connection must not keep the last request on it alive. */
  release(attempt: DirectAttempt): void {
    if (this.#current === attempt) this.#current = undefined;
  }

  /** Gives up the connection that an attempt is waiting for. */
  abortConnecting(reason: Error): void {
    this.#connecting?.abort(reason);
  }

  #connect(open: OpenConnection, callback: buildConnector.Callback): void {
    this.socket = undefined;
    const connecting = open(this.#current, (error, socket) => {
      this.#connecting = undefined;
      this.socket = socket ?? undefined;
      this.requests = 0;
      this.hasFailed = false;
      // Before undici's own listener, so that it is known by the time undici acts on it.
      socket?.on('error', () => {
        if (this.socket === socket) this.hasFailed = true;
      });
      if (socket) callback(null, socket);
      else callback(error ?? new Error('no socket'), null);
    });
    // The callback may have come already.
    if (!this.socket) this.#connecting = connecting;
  }
}
