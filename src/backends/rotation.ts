import type { Random } from '../engine/clock.ts';
import type { Target } from '../engine/types.ts';
import type { Backend } from './backend.ts';
import type { Balancer } from './balance/balancer.ts';
import { Candidates } from './balance/candidates.ts';
import { Tier } from './tier.ts';

export interface RotationOptions {
  readonly random: Random;
  /** Makes the balancer of one tier. */
  readonly createBalancer: () => Balancer;
  /** Share of the pool in rotation below which all of it is used; 0: never. */
  readonly panicThreshold: number;
}

/** Who is in rotation, by tiers, and how many that are of how many. */
export class Rotation {
  readonly #options: RotationOptions;
  readonly #tierOf = new Map<Backend, Tier>();
  readonly #byTarget = new Map<Target, Backend>();
  /** Neither draining nor full, whatever breakers and health checks say: used when too few are in rotation. */
  readonly everyone: Candidates;
  readonly #draining = new Set<Backend>();
  #tiers: readonly Tier[] = [];

  constructor(options: RotationOptions) {
    this.#options = options;
    this.everyone = new Candidates(options.random);
  }

  /** In order of their numbers. */
  get tiers(): readonly Tier[] {
    return this.#tiers;
  }

  /** All but those that are draining. */
  get offered(): number {
    return this.#tierOf.size - this.#draining.size;
  }

  /** Too few are in rotation for those few to bear the load. Being full is no sickness. */
  get isPanicking(): boolean {
    const { panicThreshold } = this.#options;
    if (panicThreshold === 0 || this.offered === 0) return false;
    let count = 0;
    for (const { inRotation, full } of this.#tiers) count += inRotation.size + full.size;
    return count < panicThreshold * this.offered;
  }

  /** Out by their breaker. */
  get broken(): number {
    let count = 0;
    for (const { broken } of this.#tiers) count += broken.size;
    return count;
  }

  /** When the first of those may be looked at; Infinity when there are none. */
  get nextProbeAt(): number {
    let at = Infinity;
    for (const { probes, unreachable } of this.#tiers)
      at = Math.min(at, probes.firstKey, unreachable.firstKey);
    return at;
  }

  /** The member at that address, in or out of rotation. */
  at(target: Target): Backend | undefined {
    return this.#byTarget.get(target);
  }

  join(backend: Backend): void {
    const tier = this.#tierNumbered(backend.tier);
    this.#tierOf.set(backend, tier);
    this.#byTarget.set(backend.target, backend);
    tier.join(backend);
    this.place(backend);
  }

  leave(backend: Backend): void {
    const tier = this.#tierOf.get(backend);
    if (!tier) return;
    this.#tierOf.delete(backend);
    this.#byTarget.delete(backend.target);
    this.#draining.delete(backend);
    tier.leave(backend);
    this.everyone.delete(backend);
    if (tier.isEmpty) this.#tiers = this.#tiers.filter((one) => one !== tier);
  }

  place(backend: Backend): void {
    this.#tierOf.get(backend)?.place(backend);
    if (backend.isDraining) this.#draining.add(backend);
    else this.#draining.delete(backend);
    if (this.#options.panicThreshold === 0) return;
    if (backend.isDraining || backend.isFull) this.everyone.delete(backend);
    else this.everyone.add(backend);
  }

  #tierNumbered(number: number): Tier {
    const existing = this.#tiers.find((tier) => tier.number === number);
    if (existing) return existing;
    const tier = new Tier(number, this.#options.createBalancer());
    this.#tiers = [...this.#tiers, tier].sort((one, other) => one.number - other.number);
    return tier;
  }
}
