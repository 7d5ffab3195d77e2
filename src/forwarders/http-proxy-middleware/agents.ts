import { Agent, type AgentOptions, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../engine/clock.ts';
import type { Target } from '../../engine/types.ts';
import type { ConnectCallback, Connecting } from '../connector.ts';
import type { DialRequest } from '../direct.ts';
import { IdleAge } from '../idle-age.ts';
import { attemptOf, ATTEMPT, type OfAttempt } from './attempt-key.ts';
import { Connection } from './connection.ts';

type RequestOptions = ClientRequestArgs & OfAttempt;

/** What Node asks of an agent, beyond what it documents. */
interface Requestable {
  addRequest(request: ClientRequest, options: RequestOptions): void;
}

const NodeAgent = Agent as unknown as new (options: AgentOptions) => Agent & Requestable;

export interface BackendAgentOptions {
  readonly target: Target;
  readonly clock: Clock;
  /** Connections serve one request after the other. */
  readonly keepAlive: boolean;
  readonly dial: (request: DialRequest | undefined, callback: ConnectCallback) => Connecting;
}

/** Longer than that, an idle connection is of no use: common servers close after 5 s. */
const IDLE_MS = 4_000;

/**
 * The connections to one backend, made by our connector: it knows phases and limits. There is no queue here that a
 * request could be forgotten in; how many there may be is decided before.
 */
export class BackendAgent extends NodeAgent {
  readonly idleAge = new IdleAge();
  readonly #options: BackendAgentOptions;
  readonly #connections = new WeakMap<object, Connection>();
  readonly #name: string;
  #isClosing = false;

  constructor(options: BackendAgentOptions) {
    super({ keepAlive: options.keepAlive, maxSockets: Infinity, timeout: IDLE_MS, scheduling: 'lifo' });
    this.#options = options;
    const { protocol, hostname, port } = options.target;
    // http-proxy-middleware's logger reads the port in it.
    this.#name = `${hostname.includes(':') ? '' : hostname}:${port}:`;
    Object.assign(this, { protocol, defaultPort: port });
  }

  connectionOf(socket: object): Connection | undefined {
    return this.#connections.get(socket);
  }

  override addRequest(request: ClientRequest, options: RequestOptions): void {
    options[ATTEMPT]?.made(request);
    this.#retire(request.method);
    super.addRequest(request, options);
  }

  override getName(): string {
    return this.#name;
  }

  override createConnection(
    options: RequestOptions,
    callback: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const attempt = options[ATTEMPT];
    const { clock, dial } = this.#options;
    let isOver = false;
    const connecting = dial(attempt, (error, socket) => {
      isOver = true;
      if (attempt) attempt.connecting = undefined;
      if (socket) this.#connections.set(socket, new Connection(socket, this.idleAge, () => clock.now()));
      callback(error, socket as Socket);
    });
    if (attempt && !isOver) attempt.connecting = connecting;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    this.connectionOf(socket)?.take(this.#options.clock.now());
    super.reuseSocket(socket, request);
  }

  /** False: it is closed instead. */
  override keepSocketAlive(socket: Duplex): boolean {
    // A body sent to HEAD against the rules would pass for the next response.
    const { _httpMessage: request } = socket as { readonly _httpMessage?: ClientRequest };
    if (this.#isClosing || request?.method === 'HEAD') return false;
    this.connectionOf(socket)?.rest(this.#options.clock.now());
    return (super.keepSocketAlive as (socket: Duplex) => boolean)(socket);
  }

  /** Closes idle connections now, and those in use when their exchange is over. */
  close(): void {
    this.#isClosing = true;
    for (const sockets of Object.values(this.freeSockets))
      for (const socket of sockets ?? []) socket.destroy();
  }

  /** The one used last is taken next: if that is too old, so are the others. */
  #retire(method: string): void {
    const free = this.freeSockets[this.#name] as Socket[] | undefined;
    if (!free) return;
    const now = this.#options.clock.now();
    for (let last = free.at(-1); last; last = free.at(-1)) {
      if (!last.destroyed && !this.connectionOf(last)?.isTooOldFor(method, now)) return;
      free.pop();
      last.destroy();
    }
  }
}

/** A user's own agent: its connections, and our eye on the requests that it gets. */
export class BorrowedAgent {
  readonly #agent: Agent & Requestable;

  constructor(agent: Agent) {
    this.#agent = agent as Agent & Requestable;
  }

  /** Node reads these before it hands a request over. */
  get protocol(): unknown {
    return (this.#agent as { protocol?: unknown }).protocol;
  }

  get defaultPort(): unknown {
    return (this.#agent as { defaultPort?: unknown }).defaultPort;
  }

  get keepAlive(): unknown {
    return (this.#agent as { keepAlive?: unknown }).keepAlive;
  }

  get maxSockets(): number {
    return this.#agent.maxSockets;
  }

  get options(): unknown {
    return (this.#agent as { options?: unknown }).options;
  }

  addRequest(request: ClientRequest, options: RequestOptions): void {
    // Hooks see the agent that they know.
    (request as { agent?: unknown }).agent = this.#agent;
    attemptOf(options)?.made(request);
    this.#agent.addRequest(request, options);
  }

  /** One that waits for a socket would wait on after it was given up. */
  forget(request: ClientRequest): void {
    const { requests } = this.#agent as { readonly requests?: Record<string, unknown[]> };
    for (const [name, queue] of Object.entries(requests ?? {})) {
      const at = queue.indexOf(request);
      if (at >= 0) queue.splice(at, 1);
      // Node takes a queue that is there for one that has somebody in it.
      if (queue.length === 0) delete requests?.[name];
    }
  }
}
