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
  /** Out by their breaker. */
  readonly broken = new Set<Backend>();
  /** Of those, the ones with a free slot, by the time at which a request may look. */
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
    this.broken.delete(backend);
    this.probes.delete(backend);
    this.unreachable.delete(backend);
    this.balancer.forget(backend);
  }

  place(backend: Backend): void {
    const { standing } = backend;
    if (standing === 'available') this.#putIn(backend);
    else this.#takeOut(backend);
    toggle(this.full, backend, standing === 'saturated');
    const isBroken = standing === 'open' || standing === 'half_open';
    toggle(this.broken, backend, isBroken);
    // A full one cannot take a probe, whenever it is due.
    const probeAt = isBroken && !backend.isFull ? backend.breaker?.probeAt : undefined;
    const heap = backend.breaker?.isUnreachable ? this.unreachable : this.probes;
    const other = heap === this.probes ? this.unreachable : this.probes;
    other.delete(backend);
    if (probeAt === undefined) heap.delete(backend);
    else heap.set(backend, probeAt);
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

function toggle(set: Set<Backend>, backend: Backend, belongs: boolean): void {
  if (belongs) set.add(backend);
  else set.delete(backend);
}
