import type { Exchange } from '../../engine/types.ts';
import { MinHeap } from '../../stats/min-heap.ts';
import type { Backend } from '../backend.ts';
import { type Balancer, wasTried } from './balancer.ts';

/** Successive multiples of it, without the whole part, fill the interval from 0 to 1 evenly. */
const GOLDEN_RATIO = 0.618_033_988_749_895;

/**
 * Smooth weighted round-robin: each backend's next turn comes 1 / weight after its last one. O(log n). Where a turn
 * falls in the first round is spread evenly, so that turns of light backends do not come in a row.
 */
export class RoundRobin implements Balancer {
  readonly #turns = new MinHeap<Backend>();
  /** The next turn of those that are out: coming back must not win or lose one. */
  readonly #turnsOfOthers = new WeakMap<Backend, number>();
  #joined = 0;
  #time = 0;

  get size(): number {
    return this.#turns.size;
  }

  add(backend: Backend): void {
    if (this.#turns.keyOf(backend) !== undefined) return;
    const kept = this.#turnsOfOthers.get(backend) ?? 0;
    this.#turns.set(backend, kept > this.#time ? kept : this.#time + this.#offset() / backend.weight);
  }

  delete(backend: Backend): void {
    const turn = this.#turns.keyOf(backend);
    if (turn !== undefined) this.#turnsOfOthers.set(backend, turn);
    this.#turns.delete(backend);
  }

  forget(backend: Backend): void {
    this.delete(backend);
  }

  pick(exchange: Exchange, now: number): Backend | undefined {
    const first = this.#turns.first;
    if (!first) return undefined;
    if (wasTried(exchange, first)) return this.#pickOther(exchange, now);
    this.#take(first, now);
    return first;
  }

  /** Those that come first were tried: they keep their turn. */
  #pickOther(exchange: Exchange, now: number): Backend | undefined {
    const skipped: [backend: Backend, turn: number][] = [];
    let first = this.#turns.first;
    while (first && wasTried(exchange, first)) {
      skipped.push([first, this.#turns.firstKey]);
      this.#turns.delete(first);
      first = this.#turns.first;
    }
    if (first) this.#take(first, now);
    for (const [backend, turn] of skipped) this.#turns.set(backend, turn);
    return first;
  }

  #take(first: Backend, now: number): void {
    this.#time = Math.max(this.#time, this.#turns.firstKey);
    this.#turns.setFirst(this.#time + 1 / (first.weight * first.share(now)));
  }

  #offset(): number {
    this.#joined += 1;
    return (this.#joined * GOLDEN_RATIO) % 1;
  }
}
