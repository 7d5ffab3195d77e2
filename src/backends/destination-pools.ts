import type { Clock } from '../engine/clock.ts';
import type { BackendSettings, Destination } from '../engine/settings.ts';
import type { Target } from '../engine/types.ts';
import type { Backend } from './backend.ts';
import type { Pool, PoolListener } from './pool.ts';

export interface DestinationPoolsOptions {
  readonly clock: Clock;
  readonly createPool: () => Pool;
  readonly createBackend: (settings: BackendSettings, now: number) => Backend;
  readonly onChange: PoolListener;
  /** Nothing is sent there any more: closes the connections. */
  readonly forget: (target: Target) => void;
}

/** So many are kept; requests name them, and could name ever new ones. */
const MOST = 1_000;
/** So many of those that were used longest ago are looked at for one that can go. */
const MOST_LOOKS = 32;

interface Entry {
  readonly pool: Pool;
  readonly backend: Backend;
}

/**
 * Backends that are named request by request. Each is a pool of one, with gates of its own: whether it is well has
 * nothing to do with the others. Those not used for longest make room for new ones.
 */
export class DestinationPools {
  readonly #options: DestinationPoolsOptions;
  /** In order of use, the last one last. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: DestinationPoolsOptions) {
    this.#options = options;
  }

  /** Undefined when requests to all the others are under way. */
  poolOf(destination: Destination): Pool | undefined {
    const { key } = destination;
    const known = this.#entries.get(key);
    if (known) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.pool;
    }
    return this.#entries.size < MOST || this.#makeRoom() ? this.#add(destination) : undefined;
  }

  close(): void {
    for (const { backend } of this.#entries.values()) backend.breaker?.close();
  }

  #add({ key, backend: settings }: Destination): Pool {
    const { clock, createPool, createBackend, onChange } = this.#options;
    const pool = createPool();
    const now = clock.now();
    const backend = createBackend(settings, now);
    pool.watch(onChange);
    pool.join(backend, 'by_request', now);
    this.#entries.set(key, { pool, backend });
    return pool;
  }

  #makeRoom(): boolean {
    let looks = 0;
    for (const [key, { pool, backend }] of this.#entries) {
      looks += 1;
      if (looks > MOST_LOOKS) return false;
      if (backend.pending > 0 || backend.tunnels > 0) continue;
      this.#entries.delete(key);
      backend.breaker?.close();
      pool.leave(backend, 'by_request', this.#options.clock.now());
      this.#options.forget(backend.target);
      return true;
    }
    return false;
  }
}
