import type { ClientRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { Timer } from '../../engine/clock.ts';
import type { Attempt, Failed, Phase } from '../../engine/types.ts';
import { IGNORED } from '../../failure/verdict.ts';
import { nameFailure } from '../attempt-failure.ts';
import { ConnectError } from '../connect-error.ts';
import type { Connection } from './connection.ts';
import type { MiddlewareContext } from './context.ts';
import { undiciError } from './node-error.ts';

export interface WireListener {
  readonly connectMs: number;
  enterPhase(phase: Phase): void;
  requestFailed(error: Error): void;
}

/** What is known of the connection that an attempt is on: what a failure is named after. */
export class Wire {
  readonly #attempt: Attempt;
  readonly #context: MiddlewareContext;
  #connection: Connection | undefined;
  #isReused = false;
  #bytesBefore = 0;
  #isRedirected = false;
  #timer: Timer | undefined;

  constructor(attempt: Attempt, context: MiddlewareContext) {
    this.#attempt = attempt;
    this.#context = context;
  }

  /** By the connection, since it was made. */
  get bytesRead(): number {
    return this.#connection?.socket.bytesRead ?? 0;
  }

  /** The backend has answered with a redirect, and that is being followed. */
  redirected(): void {
    this.#isRedirected = true;
    this.#connection = undefined;
    this.#isReused = false;
  }

  connected(request: ClientRequest, socket: Socket, listener: WireListener): void {
    if (this.#isRedirected) return;
    this.#connection = this.#context.route.connectionOf(socket);
    this.#isReused = request.reusedSocket;
    this.#bytesBefore = socket.bytesRead;
    if (!this.#isReused) this.#attempt.connectedAt = this.#context.clock.now();
    if (socket.connecting) this.#watch(socket, listener);
    else listener.enterPhase('send');
  }

  name(error: Error): Failed {
    this.#timer?.cancel();
    const { clock, route } = this.#context;
    const failure = nameFailure(this.#isRedirected ? asConnecting(error) : undiciError(error), {
      attempt: this.#attempt,
      lane: this.#connection,
      isReused: this.#isReused,
      bytesBefore: this.#bytesBefore,
      idleAge: route.idleAge,
      now: clock.now(),
    });
    // The backend has done its part, and the target of a redirect is not one of the pool.
    return this.#isRedirected ? { ...failure, reached: 'yes', verdict: IGNORED } : failure;
  }

  /** A user's own agent connects: all that there is to see is the socket. */
  #watch(socket: Socket & { readonly encrypted?: boolean }, listener: WireListener): void {
    const { target } = this.#attempt;
    listener.enterPhase(isIP(target.hostname) === 0 && !target.socketPath ? 'dns' : 'connect');
    this.#timer = this.#context.clock.after(listener.connectMs, () => {
      listener.requestFailed(new ConnectError(this.#attempt.phase, undefined, true));
    });
    const ready = (): void => {
      this.#timer?.cancel();
      this.#attempt.connectedAt = this.#context.clock.now();
      listener.enterPhase('send');
    };
    socket.once('lookup', (error: Error | null) => {
      if (!error) listener.enterPhase('connect');
    });
    socket.once('connect', () => (socket.encrypted ? listener.enterPhase('tls') : ready()));
    if (socket.encrypted) socket.once('secureConnect', ready);
    socket.once('close', () => this.#timer?.cancel());
  }
}

function asConnecting(error: NodeJS.ErrnoException): Error {
  return error.syscall === 'connect' || error.syscall === 'getaddrinfo'
    ? new ConnectError('connect', error)
    : undiciError(error);
}
