import { runHook } from '../../engine/hooks.ts';
import type { Exchange, ProxyRequest } from '../../engine/types.ts';
import type { Backend } from '../backend.ts';
import { Tally } from '../gates/concurrency.ts';
import { type Balancer, wasTried } from './balancer.ts';
import { HashRing } from './hash-ring.ts';

/** How much more than its part of the pending requests a backend takes before its keys go to the next one. */
const MOST_LOAD = 1.25;
/** Below it nobody is overloaded: browsers send six requests at once, which belong together. */
const LEAST_LOAD = 8;
/** Points looked at before giving up: with nine of ten backends out, one in a thousand picks gets there. */
const MOST_STEPS = 64;

/**
 * Consistent hashing with bounded loads: requests with one key go to one backend while that is in rotation and has at
 * most 1.25 times its part of what is pending (and more than 8 requests); else to the next one on the ring.
 */
export class HashBalancer implements Balancer {
  readonly #keyOf: (request: ProxyRequest) => string | undefined;
  /** For requests without a key, and where the ring finds nobody. */
  readonly #fallback: Balancer;
  readonly #ring = new HashRing<Backend>();
  readonly #in = new Set<Backend>();
  readonly #tally = new Tally();
  #weight = 0;

  constructor(keyOf: (request: ProxyRequest) => string | undefined, fallback: Balancer) {
    this.#keyOf = keyOf;
    this.#fallback = fallback;
  }

  get size(): number {
    return this.#in.size;
  }

  /** On the ring it stays until it leaves the pool, so that its keys come back to it. */
  add(backend: Backend): void {
    if (this.#in.has(backend)) return;
    if (!this.#ring.has(backend)) this.#ring.add(backend, backend.target.name, backend.weight);
    this.#in.add(backend);
    this.#fallback.add(backend);
    this.#weight += backend.weight;
    backend.countIn(this.#tally);
  }

  delete(backend: Backend): void {
    if (!this.#in.delete(backend)) return;
    this.#fallback.delete(backend);
    this.#weight = this.#in.size === 0 ? 0 : this.#weight - backend.weight;
    backend.countIn(undefined);
  }

  forget(backend: Backend): void {
    this.delete(backend);
    this.#ring.delete(backend);
  }

  pick(exchange: Exchange, now: number): Backend | undefined {
    if (this.#in.size === 0) return undefined;
    exchange.balanceKey ??= this.#askFor(exchange.request);
    const key = exchange.balanceKey;
    if (key === undefined) return this.#fallback.pick(exchange, now);
    const found = this.#ring.find(key, MOST_STEPS, (backend) => {
      if (!this.#in.has(backend) || wasTried(exchange, backend)) return false;
      return backend.pending < this.#limitOf(backend);
    });
    return found ?? this.#fallback.pick(exchange, now);
  }

  #limitOf({ weight }: Backend): number {
    const part = ((this.#tally.pending + 1) * weight) / this.#weight;
    return Math.max(Math.ceil(MOST_LOAD * part), LEAST_LOAD);
  }

  #askFor(request: ProxyRequest): string | undefined {
    return runHook('balance.hash', () => {
      const key: unknown = this.#keyOf(request);
      if (key === undefined || typeof key === 'string') return key;
      throw new TypeError(`it must return a string or undefined, got ${typeof key}`);
    });
  }
}
