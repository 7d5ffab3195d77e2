import { tlsOf } from '../../engine/target-tls.ts';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../engine/clock.ts';
import type { Target } from '../../engine/types.ts';
import { IdleAge } from '../idle-age.ts';
import { BackendAgent, type BackendAgentOptions, type BorrowedAgent } from './agents.ts';
import type { MiddlewareAttempt } from './attempt.ts';
import { ATTEMPT } from './attempt-key.ts';
import { Connection } from './connection.ts';

/** The way to one backend: its connections, and what http-proxy-middleware calls it. */
export interface Route {
  readonly agent: unknown;
  /** For those that become tunnels, or are closed after the response. */
  readonly upgradeAgent: unknown;
  readonly idleAge: IdleAge;
  /** The backend as a target of http-proxy-middleware. */
  readonly url: URL;
  /** Beside what http-proxy-middleware says itself when it makes a request. A new object each time: it is written to. */
  requestOptions(attempt: MiddlewareAttempt): object;
  connectionOf(socket: Socket): Connection | undefined;
  /** The request was given up: a queue must not keep it. */
  forget(request: ClientRequest): void;
  /** Closes idle connections now, and those in use when their exchange is over. */
  close(): void;
  destroy(): void;
}

/** By connections of our own making. */
export class OwnRoute implements Route {
  readonly agent: BackendAgent;
  readonly upgradeAgent: BackendAgent;
  readonly url: URL;

  constructor(options: BackendAgentOptions) {
    this.agent = new BackendAgent(options);
    this.upgradeAgent = new BackendAgent({ ...options, keepAlive: false });
    this.url = urlOf(options.target);
  }

  get idleAge(): IdleAge {
    return this.agent.idleAge;
  }

  requestOptions(attempt: MiddlewareAttempt): object {
    return { [ATTEMPT]: attempt };
  }

  connectionOf(socket: Socket): Connection | undefined {
    return this.agent.connectionOf(socket) ?? this.upgradeAgent.connectionOf(socket);
  }

  forget(): void {
    // There is no queue.
  }

  close(): void {
    this.agent.close();
  }

  destroy(): void {
    this.agent.destroy();
    this.upgradeAgent.destroy();
  }
}

/** By a user's own agent, which is the user's to close. */
export class BorrowedRoute implements Route {
  readonly agent: BorrowedAgent;
  readonly upgradeAgent: BorrowedAgent;
  readonly idleAge = new IdleAge();
  readonly url: URL;
  readonly #target: Target;
  readonly #clock: Clock;
  readonly #connections = new WeakMap<Socket, Connection>();

  constructor(agent: BorrowedAgent, target: Target, clock: Clock) {
    this.agent = agent;
    this.upgradeAgent = agent;
    this.url = urlOf(target);
    this.#target = target;
    this.#clock = clock;
  }

  requestOptions(attempt: MiddlewareAttempt): object {
    const { localAddress, socketPath } = this.#target;
    return {
      ...tlsOf(this.#target),
      ...(localAddress !== undefined && { localAddress }),
      ...(socketPath !== undefined && { socketPath }),
      [ATTEMPT]: attempt,
    };
  }

  connectionOf(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const connection = new Connection(socket, this.idleAge, () => this.#clock.now());
    this.#connections.set(socket, connection);
    return connection;
  }

  forget(request: ClientRequest): void {
    this.agent.forget(request);
  }

  close(): void {}

  destroy(): void {}
}

/** A backend as a target of http-proxy-middleware. */
export function urlOf({ origin, prefix, search = '' }: Target): URL {
  return new URL(`${origin}${prefix}${search}`);
}
