import { hash32 } from '../../stats/hash.ts';

/** Of the heaviest: as many as ketama has, so that shares differ by a few percent. */
const MOST_POINTS = 160;

interface Entry<Item> {
  readonly item: Item;
  readonly name: string;
  readonly weight: number;
}

interface Point<Item> {
  readonly hash: number;
  readonly item: Item;
}

/**
 * Points on a circle, for each item as many as its weight says. A key belongs to the point that follows it, so an
 * item that leaves gives up its own keys and moves no others. Finding a point costs O(log n); the circle is put
 * together anew when it is asked after a change.
 */
export class HashRing<Item> {
  readonly #entries = new Map<Item, Entry<Item>>();
  readonly #joined = new Set<Entry<Item>>();
  readonly #left = new Set<Item>();
  #points: readonly Point<Item>[] = [];
  #hashes = new Uint32Array(0);
  /** A power of two that no weight has exceeded: a weight's points must not depend on who else is there. */
  #heaviest = 1;

  has(item: Item): boolean {
    return this.#entries.has(item);
  }

  add(item: Item, name: string, weight: number): void {
    this.delete(item);
    const entry = { item, name, weight };
    this.#entries.set(item, entry);
    this.#joined.add(entry);
    if (weight > this.#heaviest) this.#rescale(weight);
  }

  delete(item: Item): void {
    const entry = this.#entries.get(item);
    if (!entry) return;
    this.#entries.delete(item);
    if (!this.#joined.delete(entry)) this.#left.add(item);
  }

  /** The first item from `key` on, going round, that `accept` takes; it is asked at most `steps` times. */
  find(key: string, steps: number, accept: (item: Item) => boolean): Item | undefined {
    if (this.#joined.size > 0 || this.#left.size > 0) this.#build();
    const count = this.#points.length;
    let place = this.#placeOf(hash32(key));
    for (let step = Math.min(steps, count); step > 0; step -= 1) {
      if (place === count) place = 0;
      const item = this.#points[place]?.item;
      if (item !== undefined && accept(item)) return item;
      place += 1;
    }
    return undefined;
  }

  #rescale(weight: number): void {
    while (this.#heaviest < weight) this.#heaviest *= 2;
    this.#points = [];
    this.#left.clear();
    for (const entry of this.#entries.values()) this.#joined.add(entry);
  }

  #build(): void {
    const kept = this.#points.filter(({ item }) => !this.#left.has(item));
    const fresh = [...this.#joined].flatMap((entry) => this.#pointsOf(entry));
    this.#points = merge(kept, fresh.sort(byHash));
    this.#hashes = Uint32Array.from(this.#points, ({ hash }) => hash);
    this.#joined.clear();
    this.#left.clear();
  }

  #pointsOf({ item, name, weight }: Entry<Item>): Point<Item>[] {
    const length = Math.max(Math.round((MOST_POINTS * weight) / this.#heaviest), 1);
    return Array.from({ length }, (_, index) => ({ hash: hash32(`${name} ${index}`), item }));
  }

  /** Binary search for the first point at or after `hash`. */
  #placeOf(hash: number): number {
    let low = 0;
    let high = this.#hashes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#hashes[middle] ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function byHash(one: Point<unknown>, other: Point<unknown>): number {
  return one.hash - other.hash;
}

/** Both are in order. */
function merge<Item>(one: readonly Point<Item>[], other: readonly Point<Item>[]): Point<Item>[] {
  const merged: Point<Item>[] = [];
  let next = 0;
  for (const point of one) {
    for (let ahead = other[next]; ahead && ahead.hash < point.hash; ahead = other[next]) {
      merged.push(ahead);
      next += 1;
    }
    merged.push(point);
  }
  return [...merged, ...other.slice(next)];
}
