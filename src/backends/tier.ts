import { MinHeap } from '../stats/min-heap.ts';
import type { Backend } from './backend.ts';
import type { Balancer } from './balance/balancer.ts';

/**
 * The backends of one priority, sorted by what can be done with them. Kept up to date as they change, so that a choice
 * looks at none that is out, and no breaker needs a timer.
 */
export class Tier {
  readonly number: number;
  /** Those in rotation. */
  readonly balancer: Balancer;
  readonly inRotation = new Set<Backend>();
  /** In rotation, but for their limit on concurrent requests. */
  readonly full = new Set<Backend>();
  /** Out by their breaker, by the time at which a request may look. */
  readonly probes = new MinHeap<Backend>();
  /** As `probes`; here a bare connection tells whether it is back, and no request need be risked. */
  readonly unreachable = new MinHeap<Backend>();
  readonly #members = new Set<Backend>();

  constructor(number: number, balancer: Balancer) {
    this.number = number;
    this.balancer = balancer;
  }

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  join(backend: Backend): void {
    this.#members.add(backend);
    this.place(backend);
  }

  leave(backend: Backend): void {
    this.#members.delete(backend);
    this.#takeOut(backend);
    this.full.delete(backend);
    this.probes.delete(backend);
    this.unreachable.delete(backend);
    this.balancer.forget(backend);
  }

  place(backend: Backend): void {
    const { standing, breaker, isFull } = backend;
    if (standing === 'available') this.#putIn(backend);
    else this.#takeOut(backend);
    if (standing === 'saturated') this.full.add(backend);
    else this.full.delete(backend);
    const isOut = standing === 'open' || standing === 'half_open';
    const heap = breaker?.isUnreachable ? this.unreachable : this.probes;
    if (heap !== this.probes || !isOut) this.probes.delete(backend);
    if (heap !== this.unreachable || !isOut) this.unreachable.delete(backend);
    if (!isOut || !breaker) return;
    // A full one cannot take a probe, whenever it is due.
    if (isFull) heap.delete(backend);
    else heap.set(backend, breaker.probeAt);
  }

  #putIn(backend: Backend): void {
    if (this.inRotation.has(backend)) return;
    this.inRotation.add(backend);
    this.balancer.add(backend);
  }

  #takeOut(backend: Backend): void {
    if (this.inRotation.delete(backend)) this.balancer.delete(backend);
  }
}
