import type { Random } from '../../engine/clock.ts';
import type { Exchange } from '../../engine/types.ts';
import type { Backend } from '../backend.ts';
import type { Balancer } from './balancer.ts';
import { Candidates } from './candidates.ts';

/** What a request costs there, whatever else is pending. */
export type CostOf = (backend: Backend, now: number) => number;

/** Weights decide among unequal backends, unless another one is so many times as good. */
const CLEARLY_BETTER = 2;

/**
 * Power of two choices: of two at random, the one with less load, that is cost x requests it would then have. O(1),
 * and without the herding of always choosing the best.
 */
export class TwoChoices implements Balancer {
  readonly #candidates: Candidates;
  readonly #costOf: CostOf;

  constructor(random: Random, costOf: CostOf) {
    this.#candidates = new Candidates(random);
    this.#costOf = costOf;
  }

  get size(): number {
    return this.#candidates.size;
  }

  add(backend: Backend): void {
    this.#candidates.add(backend);
  }

  delete(backend: Backend): void {
    this.#candidates.delete(backend);
  }

  forget(backend: Backend): void {
    this.#candidates.delete(backend);
  }

  pick(exchange: Exchange, now: number): Backend | undefined {
    const one = this.#candidates.draw(exchange, now);
    if (!one || this.#candidates.size === 1) return one;
    const other = this.#candidates.drawOther(one, exchange, now);
    if (!other) return one;
    return this.#isBetter(other, one, now) ? other : one;
  }

  #isBetter(other: Backend, one: Backend, now: number): boolean {
    const oneCost = this.#costOf(one, now) * (one.pending + 1);
    const otherCost = this.#costOf(other, now) * (other.pending + 1);
    if (this.#candidates.areAlike) return otherCost < oneCost;
    // Each is measured by its fair part of what the two have pending. `one` was drawn by weight: small differences,
    // which latencies always have, must not undo that.
    const each = (one.pending + other.pending) / (one.weight + other.weight);
    const oneLoad = oneCost / (each * one.weight + 1);
    const otherLoad = otherCost / (each * other.weight + 1);
    return otherLoad < oneLoad && otherLoad * CLEARLY_BETTER <= oneLoad;
  }
}
