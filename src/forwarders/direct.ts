import { Pool } from 'undici';
import type { Clock } from '../engine/clock.ts';
import type { Resolver } from '../engine/resolver.ts';
import type { Exchange, Outcome, Target } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { connect, type ConnectCallback, type Connecting } from './connector.ts';
import { DirectAttempt } from './direct-attempt.ts';
import { DnsCache } from './dns-cache.ts';
import type { Forwarder } from './forwarder.ts';
import { Lane } from './lane.ts';

export interface DirectOptions {
  readonly clock: Clock;
  /** Our name in Via. */
  readonly name: string;
  /** Limit of a connection made for no request in particular. */
  readonly connectMs: number;
  /** Default: the system's own lookup. */
  readonly resolver?: Resolver | undefined;
}

/** The direct lane: undici's low-level dispatch, one pool of connections per backend. */
export class DirectForwarder implements Forwarder {
  readonly #options: DirectOptions;
  readonly #dns: DnsCache;
  readonly #pools = new Map<Target, Pool>();
  readonly #probes = new Map<ConnectCallback, Connecting | undefined>();
  readonly #sessions = new WeakMap<Target, Buffer>();

  constructor(options: DirectOptions) {
    this.#options = options;
    this.#dns = new DnsCache(options.clock, options.resolver);
  }

  readonly forward = (exchange: Exchange): Promise<Outcome> => {
    const { attempt } = exchange;
    if (!attempt)
      return Promise.resolve(failed('gateway_error', { error: new Error('no backend was selected') }));
    return new Promise((resolve) => {
      new DirectAttempt(exchange, attempt, this.#options, resolve).start(this.#poolOf(attempt.target));
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

  async forget(target: Target): Promise<void> {
    const pool = this.#pools.get(target);
    this.#pools.delete(target);
    await pool?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  async destroy(): Promise<void> {
    for (const probe of this.#probes.values()) probe?.abort(new Error('the gateway is closed'));
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  #poolOf(target: Target): Pool {
    const existing = this.#pools.get(target);
    if (existing) return existing;
    const pool = new Pool(target.origin, {
      factory: () => Lane.create(target.origin, (attempt, done) => this.#connect(target, attempt, done)),
    });
    this.#pools.set(target, pool);
    return pool;
  }

  #connect(target: Target, attempt: DirectAttempt | undefined, callback: ConnectCallback): Connecting {
    const session = this.#sessions.get(target);
    return connect(
      {
        target,
        clock: this.#options.clock,
        limitMs: attempt?.connectMs ?? this.#options.connectMs,
        lookup: this.#dns.lookup,
        session,
        onSession: (fresh) => this.#sessions.set(target, fresh),
        onPhase: (phase) => attempt?.enterPhase(phase),
      },
      callback,
    );
  }
}
