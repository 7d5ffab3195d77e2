import type { Exchange } from './types.ts';

/**
 * The exchanges under way. Not a Set: with entries coming and going all the time, V8 gives it a new table every
 * hundred or so, and an old table that was promoted keeps its successor and all entries of its time alive until
 * the next full collection (measured: 3 MB of dead exchanges promoted per scavenge). Here the last one takes the
 * place of one that leaves.
 */
export class ActiveList {
  readonly #exchanges: Exchange[] = [];

  get size(): number {
    return this.#exchanges.length;
  }

  add(exchange: Exchange): void {
    exchange.activeIndex = this.#exchanges.length;
    this.#exchanges.push(exchange);
  }

  delete(exchange: Exchange): void {
    const index = exchange.activeIndex;
    if (this.#exchanges[index] !== exchange) return;
    const last = this.#exchanges.pop();
    if (!last || last === exchange) return;
    this.#exchanges[index] = last;
    last.activeIndex = index;
  }

  /** As of now: what is done with one may remove others. */
  snapshot(): readonly Exchange[] {
    return [...this.#exchanges];
  }
}
