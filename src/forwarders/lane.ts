import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import type { Clock } from '../engine/clock.ts';
import { isIdempotent } from '../engine/methods.ts';
import type { ConnectCallback, Connecting } from './connector.ts';
import { ContinueFilter } from './continue-filter.ts';
import type { DirectAttempt } from './direct-attempt.ts';
import type { IdleAge } from './idle-age.ts';

/** Opens a connection for the attempt that waits for it. */
export type OpenConnection = (attempt: DirectAttempt | undefined, callback: ConnectCallback) => Connecting;

export interface LaneOptions {
  readonly open: OpenConnection;
  /** HTTP/2 may be spoken, where the connection was made for it. */
  readonly allowH2: boolean;
  readonly clock: Clock;
  /** Shared by all connections to one backend. */
  readonly idleAge: IdleAge;
}

/** undici's own timers are coarse (about a second) and know no cause: ours rule. */
const CLIENT_OPTIONS = {
  // HTTP/1.1; over HTTP/2 it is the number of streams that the backend allows.
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  // Below what common servers keep (Node: 5 s); a Keep-Alive header from the backend adjusts it.
  keepAliveTimeout: 4_000,
  keepAliveTimeoutThreshold: 1_000,
} as const;

/**
 * What may not be repeated goes on a connection that was used a moment ago, or on a new one: common servers
 * close idle connections after 5 s at the least, and such a request could not be saved.
 */
export const FRESH_MS = 1_000;

/** An older connection serves nothing new: what has changed behind a name since then is found. */
export const MAX_AGE_MS = 300_000;

/** As much as undici takes. */
const MOST_HEAD_BYTES = 16_384;

/** What a socket said before it closed. */
export interface SocketFailure {
  readonly error: Error;
  /** Bytes of the request that were still to be written. */
  readonly bytesUnsent: number;
}

/**
 * One connection of a pool, and who is on it. undici says neither which socket a request uses nor whether
 * it was used before; this does. HTTP/1.1: one request at a time; HTTP/2: as many as the backend allows.
 */
export class Lane extends Client {
  socket: Socket | undefined = undefined;
  /**
   * The first thing that went wrong on the present socket. undici tells how it ended, not why: it waits for
   * the end after a TLS alert, and takes a reset for the end of a body that ends with the connection.
   */
  failure: SocketFailure | undefined = undefined;
  /** The present socket has served a request to the end. */
  isReused = false;
  /** Nothing else was on it when the last attempt came: only then can an idle limit have closed it. */
  wasIdle = true;
  /** How long the present socket had been idle when the current request came to it. */
  idleMs = 0;
  readonly #options: LaneOptions;
  #idleSince = 0;
  #connectedAt = 0;
  /** Attempts under way. */
  #pending = 0;
  /** The last of them: a connection that has to be made is made for it. */
  #current: DirectAttempt | undefined = undefined;
  #connecting: Connecting | undefined = undefined;
  #continues: ContinueFilter | undefined = undefined;

  static create(origin: string, options: LaneOptions): Lane {
    const lane: Lane = new Lane(origin, options, (_options, callback) => lane.#connect(callback));
    return lane;
  }

  private constructor(origin: string, options: LaneOptions, connect: buildConnector.connector) {
    super(origin, { ...CLIENT_OPTIONS, allowH2: options.allowH2, connect });
    this.#options = options;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    // The pool is ours: nothing but attempts is dispatched through it.
    const attempt = handler as DirectAttempt;
    this.#current = attempt;
    attempt.lane = this;
    this.wasIdle = this.#pending === 0;
    if (this.isReused && this.wasIdle) this.#retire(attempt.startedAt, options.method);
    this.#pending += 1;
    return super.dispatch(options, handler);
  }

  /** As the present socket agreed on it. */
  get isHttp2(): boolean {
    return (
      this.#options.allowH2 && (this.socket as { alpnProtocol?: unknown } | undefined)?.alpnProtocol === 'h2'
    );
  }

  /** A request goes out on the present socket: what comes next is the head of its response. */
  expectHead(): void {
    this.#continues?.expectHead();
  }

  /** That head is fine: what came of it need not be kept. */
  forgetHead(): void {
    if (this.#continues) this.#continues.head = undefined;
  }

  /** What came first of a head that undici has refused. */
  get refusedHead(): string | undefined {
    return this.#continues?.head?.toString('latin1', 0, MOST_HEAD_BYTES);
  }

  /** The attempt is over: called once. An idle connection must not keep the last request on it alive. */
  release(attempt: DirectAttempt, now: number): void {
    if (this.#current === attempt) this.#current = undefined;
    this.#pending -= 1;
    this.isReused = true;
    if (this.#pending === 0) this.#idleSince = now;
  }

  /** Gives up the connection that an attempt is waiting for, unless others wait for it as well. */
  abortConnecting(reason: Error): void {
    if (this.#pending === 1) this.#connecting?.abort(reason);
  }

  /** Leaves a socket that the backend is about to close; undici makes another one for the request. */
  #retire(now: number, method: string): void {
    this.idleMs = now - this.#idleSince;
    const isOld = this.idleMs > FRESH_MS && !isIdempotent(method);
    const isAged = now - this.#connectedAt > MAX_AGE_MS;
    if (isOld || isAged || this.idleMs > this.#options.idleAge.limitMs(now)) this.socket?.destroy();
  }

  #connect(callback: buildConnector.Callback): void {
    this.socket = undefined;
    const connecting = this.#options.open(this.#current, (error, socket) => {
      this.#connecting = undefined;
      this.#begin(socket ?? undefined);
      if (socket) callback(null, socket);
      else callback(error ?? new Error('no socket'), null);
    });
    // The callback may have come already.
    if (!this.socket) this.#connecting = connecting;
  }

  /** Listens before undici does, so that what happened is known by the time undici acts on it. */
  #begin(socket: Socket | undefined): void {
    this.socket = socket;
    this.isReused = false;
    this.#connectedAt = this.#options.clock.now();
    this.failure = undefined;
    this.#continues = socket && new ContinueFilter(socket);
    socket?.on('error', (error: NodeJS.ErrnoException) => {
      if (this.socket !== socket) return;
      this.failure ??= { error, bytesUnsent: socket.writableLength };
      if (error.code === 'ECONNRESET') this.#closedByBackend();
    });
    socket?.on('end', () => {
      if (this.socket === socket) this.#closedByBackend();
    });
  }

  #closedByBackend(): void {
    if (!this.isReused || this.#pending > 0) return;
    const now = this.#options.clock.now();
    this.#options.idleAge.observe(now - this.#idleSince, now);
  }
}
