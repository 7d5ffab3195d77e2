import { Pool } from 'undici';
import type { Exchange, Outcome, Target } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { connect, type ConnectCallback, type Connecting, type ConnectOptions } from './connector.ts';
import { type AttemptContext, DirectAttempt } from './direct-attempt.ts';
import { DnsCache } from './dns-cache.ts';
import type { Forwarder, ForwarderContext } from './forwarder.ts';
import { IdleAge } from './idle-age.ts';
import { Lane, type OpenConnection } from './lane.ts';
import { PlaintextCheck } from './plaintext-check.ts';
import { TlsMaterials } from './tls-material.ts';
import { UpgradePools } from './upgrade-pools.ts';

export type DirectOptions = Omit<ForwarderContext, 'logger'>;

/** Who waits for a connection. */
export type DialRequest = Pick<DirectAttempt, 'connectMs' | 'enterPhase'>;

/** What belongs to one backend. */
interface Route {
  readonly pool: Pool;
  readonly context: AttemptContext;
}

/** The direct lane: undici's low-level dispatch, one pool of connections per backend. */
export class DirectForwarder implements Forwarder {
  readonly #options: DirectOptions;
  readonly #dns: DnsCache;
  readonly #plaintext: PlaintextCheck;
  readonly #routes = new Map<Target, Route>();
  readonly #upgrades: UpgradePools;
  readonly #probes = new Map<ConnectCallback, Connecting | undefined>();
  readonly #materials = new TlsMaterials();

  constructor(options: DirectOptions) {
    this.#options = options;
    this.#dns = new DnsCache(options.clock, options.resolver);
    this.#plaintext = new PlaintextCheck(options.clock, (target, limitMs, callback) =>
      connect({ ...this.#common, target, limitMs }, callback),
    );
    this.#upgrades = new UpgradePools(options.clock, (target, attempt, done) =>
      this.#connect(target, attempt, done),
    );
  }

  readonly forward = (exchange: Exchange): Promise<Outcome> => {
    const { attempt } = exchange;
    if (!attempt)
      return Promise.resolve(failed('gateway_error', { error: new Error('no backend was selected') }));
    const { pool, context } = this.#routeTo(attempt.target);
    return new Promise((resolve) => {
      new DirectAttempt(exchange, attempt, context, resolve).start(
        exchange.upgrade === undefined ? pool : this.#upgrades.to(attempt.target),
      );
    });
  };

  probe(target: Target): Promise<boolean> {
    return new Promise((resolve) => {
      const done: ConnectCallback = (error, socket) => {
        socket?.on('error', () => undefined).destroy();
        this.#probes.delete(done);
        resolve(error === null);
      };
      // By the callback, which may come before there is anything to abort.
      this.#probes.set(done, undefined);
      const connecting = this.#connect(target, undefined, done);
      if (this.#probes.has(done)) this.#probes.set(done, connecting);
    });
  }

  /** A connection such as this lane's own, for the other lane. */
  dial(target: Target, request: DialRequest | undefined, callback: ConnectCallback): Connecting {
    return this.#connect(target, request, callback);
  }

  /** Does the port of a target expect TLS, though it is told to speak without? Calls back once. */
  checkPlaintext(target: Target, listener: (isTls: boolean) => void): void {
    this.#plaintext.check(target, listener);
  }

  async forget(target: Target): Promise<void> {
    const route = this.#routes.get(target);
    this.#routes.delete(target);
    await Promise.all([route?.pool.close(), this.#upgrades.forget(target)]);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#routes.values()].map(({ pool }) => pool.close()));
    await this.#upgrades.close();
  }

  async destroy(): Promise<void> {
    for (const probe of this.#probes.values()) probe?.abort(new Error('the gateway is closed'));
    this.#plaintext.close();
    await Promise.all([...this.#routes.values()].map(({ pool }) => pool.destroy()));
    await this.#upgrades.destroy();
  }

  #routeTo(target: Target): Route {
    const existing = this.#routes.get(target);
    if (existing) return existing;
    const { clock, name } = this.#options;
    const idleAge = new IdleAge();
    const allowH2 = target.alpn.includes('h2');
    const open: OpenConnection = (attempt, done) => this.#connect(target, attempt, done);
    const route: Route = {
      pool: new Pool(target.origin, {
        factory: () => Lane.create(target.origin, { open, clock, idleAge, allowH2 }),
      }),
      context: { clock, name, idleAge, plaintext: this.#plaintext },
    };
    this.#routes.set(target, route);
    return route;
  }

  /** The same for every connection. */
  get #common(): Pick<ConnectOptions, 'clock' | 'lookup' | 'destinations'> {
    const { clock, destinations } = this.#options;
    return { clock, destinations, lookup: this.#dns.lookup };
  }

  #connect(target: Target, attempt: DialRequest | undefined, callback: ConnectCallback): Connecting {
    return connect(
      {
        ...this.#common,
        target,
        limitMs: attempt?.connectMs ?? this.#options.connectMs,
        materials: this.#materials,
        onPhase: (phase) => attempt?.enterPhase(phase),
        isBackground: attempt === undefined,
      },
      callback,
    );
  }
}

/** The forwarder of a gateway that was given none. */
export function createDirect(context: ForwarderContext): DirectForwarder {
  return new DirectForwarder(context);
}
