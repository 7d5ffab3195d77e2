import { Pool } from 'undici';
import type { Clock } from '../engine/clock.ts';
import type { Target } from '../engine/types.ts';
import type { ConnectCallback, Connecting } from './connector.ts';
import type { DirectAttempt } from './direct-attempt.ts';
import { IdleAge } from './idle-age.ts';
import { Lane } from './lane.ts';

type Connect = (target: Target, attempt: DirectAttempt | undefined, callback: ConnectCallback) => Connecting;

/**
 * Connections on which backends are asked to switch protocols: a new one for each, which becomes a tunnel or is
 * closed after the response. undici again, so that a handshake that fails has the causes that requests have; a
 * connection that has become a tunnel is out of its hands.
 */
export class UpgradePools {
  readonly #clock: Clock;
  readonly #connect: Connect;
  readonly #pools = new Map<Target, Pool>();

  constructor(clock: Clock, connect: Connect) {
    this.#clock = clock;
    this.#connect = connect;
  }

  to(target: Target): Pool {
    const existing = this.#pools.get(target);
    if (existing) return existing;
    // HTTP/2 upgrades in another way, which few backends know (RFC 8441).
    const http1: Target = { ...target, alpn: ['http/1.1'] };
    const options = {
      open: (attempt: DirectAttempt | undefined, done: ConnectCallback) =>
        this.#connect(http1, attempt, done),
      allowH2: false,
      clock: this.#clock,
      idleAge: new IdleAge(),
    };
    const pool = new Pool(target.origin, { factory: () => Lane.create(target.origin, options) });
    this.#pools.set(target, pool);
    return pool;
  }

  /** Tunnels are left to themselves. */
  async forget(target: Target): Promise<void> {
    const pool = this.#pools.get(target);
    this.#pools.delete(target);
    await pool?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }
}
