import { createServer } from 'node:http';
import {
  createGateway,
  type ExchangeEvent,
  type Gateway,
  type Logger,
  type RewriteOptions,
} from 'causeway-proxy';
import { FairClock } from '../support/fair-clock.ts';
import { type Adapter, appOf } from '../support/live-app.ts';
import { eventually } from './eventually.ts';
import { startHostileBackend, type Stage } from './hostile-backend.ts';
import { listenOn, type PlainServer } from './plain-server.ts';

export interface RigOptions {
  readonly adapter: Adapter;
  /** Two backends that do the same, and the default retries; else one, and none. */
  readonly retry: boolean;
  /** All there is of rewriting is on, and changes nothing that a client could see. */
  readonly rewrite?: boolean;
}

/** What passes through all of it is what was there before. */
const REWRITES: RewriteOptions = {
  path: ({ path }) => path,
  request: ({ headers }) => headers.set('X-Rewritten', '1'),
  response: ({ headers }) => {
    for (const [name] of headers) headers.has(name);
  },
  location: true,
  cookies: { domain: { 'a.internal': 'b' }, path: { '/a': '/b' } },
};

/** A first attempt, the retries, and the moves that are free. */
const MOST_REQUESTS = 1 + 2 + 3;

/** A gateway with a server before it and hostile backends behind it, all of them real, in this process. */
export class Rig {
  readonly name: string;
  readonly stage: Stage = new Map();
  /** How often a request may reach a backend, if it may at all be repeated. */
  readonly mostRequests: number;
  readonly clock = new FairClock();
  readonly #adapter: Adapter;
  readonly #rewrites: boolean;
  readonly #errors: string[] = [];
  readonly #events = new Map<string, ExchangeEvent[]>();
  #backends: readonly PlainServer[] = [];
  #gateway: Gateway | undefined;
  #server: PlainServer | undefined;

  static async start(options: RigOptions): Promise<Rig> {
    const rig = new Rig(options);
    await rig.#start();
    return rig;
  }

  constructor({ adapter, retry, rewrite = false }: RigOptions) {
    this.#adapter = adapter;
    this.#rewrites = rewrite;
    this.name = `${adapter}, ${retry ? 'with' : 'without'} retries`;
    this.mostRequests = retry ? MOST_REQUESTS : 1;
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  /** Sockets open on this side of the backends and of the clients. */
  get connections(): { readonly backends: number; readonly clients: number } {
    const backends = this.#backends.reduce((sum, { sockets }) => sum + sockets.size, 0);
    return { backends, clients: this.#server?.sockets.size ?? 0 };
  }

  /** What was told about an exchange, once it was. */
  async eventsOf(requestId: string): Promise<readonly ExchangeEvent[]> {
    await eventually(() => this.#events.has(requestId));
    return this.#events.get(requestId) ?? [];
  }

  /** Closes everything. Returns what was left over, and what was logged in the meantime. */
  async close(): Promise<string[]> {
    const left: string[] = [];
    await this.#gateway?.close({ timeoutMs: 2_000 });
    if (!(await eventually(() => this.connections.backends === 0))) {
      left.push(`${this.connections.backends} connections to backends after the gateway was closed`);
    }
    if (!(await eventually(() => this.connections.clients === 0))) {
      left.push(`${this.connections.clients} connections of clients that have left`);
    }
    if (this.clock.pending > 0) left.push(`${this.clock.pending} timers of the gateway still set`);
    for (const server of [...this.#backends, ...(this.#server ? [this.#server] : [])]) await server.close();
    return [...left, ...this.#errors].map((text) => `${this.name}: ${text}`);
  }

  async #start(): Promise<void> {
    const count = this.mostRequests > 1 ? 2 : 1;
    this.#backends = await Promise.all(Array.from({ length: count }, () => startHostileBackend(this.stage)));
    const gateway = createGateway({
      backends: this.#backends.map(({ port }) => `http://127.0.0.1:${port}`),
      breaker: false,
      timeouts: { firstByteMs: 300, idleMs: 300, deadlineMs: 10_000, learned: false },
      clock: this.clock,
      logger: this.#logger(),
      ...(count === 1 && { retry: false }),
      ...(this.#rewrites && { rewrite: REWRITES }),
    });
    gateway.on('exchange', (event) => {
      const known = this.#events.get(event.requestId);
      if (known) known.push(event);
      else this.#events.set(event.requestId, [event]);
    });
    this.#gateway = gateway;
    const { handler } = appOf(this.#adapter, gateway);
    // Clients pause for longer than five seconds when the machine is busy.
    const server = createServer(
      { keepAliveTimeout: 60_000 },
      (request, response) => void handler(request, response),
    );
    this.#server = await listenOn(server);
  }

  #logger(): Logger {
    const note = (details: object, message: string): void => {
      const { err } = details as { err?: unknown };
      const line = `logged "${message}": ${err instanceof Error ? err.stack : JSON.stringify(details)}`;
      this.#errors.push(line);
    };
    return { warn: note, error: note };
  }
}
