import { hash32, mix32 } from '../../stats/hash.ts';

/** For a weight of 1: as many as ketama has, so that shares differ by a few percent. */
const POINTS = 160;
/** Where weights are greater, the heaviest gets so many times as many, so that light ones still get enough. */
const MOST_TIMES = 4;
/** A point is one number, its hash x 2^21 + the place of its item: exact, and fast to sort. */
const PLACES = 2 ** 21;

interface Entry<Item> {
  readonly item: Item;
  readonly name: string;
  readonly weight: number;
}

/**
 * Points on a circle, for each item as many as its weight says. A key belongs to the point that follows it, so an
 * item that leaves gives up its own keys and moves no others. Finding a point costs O(log n); the circle is put
 * together anew when it is asked after a change.
 */
export class HashRing<Item> {
  /** By place; one that left leaves a gap, to be filled when its points are gone. */
  readonly #entries: (Entry<Item> | undefined)[] = [];
  readonly #places = new Map<Item, number>();
  readonly #gaps: number[] = [];
  readonly #joined = new Set<number>();
  readonly #left = new Set<number>();
  #points = new Float64Array(0);
  /** A power of two that no weight has exceeded: a weight's points must not depend on who else is there. */
  #heaviest = 1;

  /** As many as there ever were items at a time. */
  get places(): number {
    return this.#entries.length;
  }

  has(item: Item): boolean {
    return this.#places.has(item);
  }

  add(item: Item, name: string, weight: number): void {
    this.delete(item);
    const place = this.#gaps.pop() ?? this.#entries.length;
    this.#entries[place] = { item, name, weight };
    this.#places.set(item, place);
    this.#joined.add(place);
    if (weight > this.#heaviest) this.#rescale(weight);
  }

  delete(item: Item): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    this.#places.delete(item);
    this.#entries[place] = undefined;
    if (this.#joined.delete(place)) this.#gaps.push(place);
    else this.#left.add(place);
  }

  /** The first item from `key` on, going round, that `accept` takes; it is asked at most `steps` times. */
  find(key: string, steps: number, accept: (item: Item) => boolean): Item | undefined {
    if (this.#joined.size > 0 || this.#left.size > 0) this.#build();
    const count = this.#points.length;
    let index = this.#indexOf(hash32(key) * PLACES);
    for (let step = Math.min(steps, count); step > 0; step -= 1) {
      if (index === count) index = 0;
      const entry = this.#entries[placeOf(this.#points[index] ?? 0)];
      if (entry && accept(entry.item)) return entry.item;
      index += 1;
    }
    return undefined;
  }

  #rescale(weight: number): void {
    while (this.#heaviest < weight) this.#heaviest *= 2;
    this.#points = new Float64Array(0);
    this.#gaps.push(...this.#left);
    this.#left.clear();
    for (const place of this.#places.values()) this.#joined.add(place);
  }

  #build(): void {
    const fresh = this.#freshPoints();
    this.#points = merge(this.#left.size === 0 ? this.#points : this.#keptPoints(), fresh.sort());
    this.#gaps.push(...this.#left);
    this.#joined.clear();
    this.#left.clear();
  }

  #keptPoints(): Float64Array<ArrayBuffer> {
    const kept = new Float64Array(this.#points.length);
    const left = new Uint8Array(this.#entries.length);
    for (const place of this.#left) left[place] = 1;
    let length = 0;
    for (let i = 0; i < this.#points.length; i += 1) {
      const point = this.#points[i] ?? 0;
      if (left[placeOf(point)] === 1) continue;
      kept[length] = point;
      length += 1;
    }
    return kept.subarray(0, length);
  }

  #freshPoints(): Float64Array<ArrayBuffer> {
    let length = 0;
    for (const place of this.#joined) length += this.#pointsOf(this.#entries[place]);
    const fresh = new Float64Array(length);
    for (const place of this.#joined) {
      const entry = this.#entries[place];
      const first = hash32(entry?.name ?? '');
      const step = hash32(`${entry?.name} step`) | 1;
      for (let point = this.#pointsOf(entry); point > 0; point -= 1) {
        length -= 1;
        fresh[length] = mix32(first + Math.imul(point, step)) * PLACES + place;
      }
    }
    return fresh;
  }

  #pointsOf(entry: Entry<Item> | undefined): number {
    const most = POINTS * Math.min(this.#heaviest, MOST_TIMES);
    return Math.max(Math.round((most * (entry?.weight ?? 0)) / this.#heaviest), 1);
  }

  /** Binary search for the first point at or after this one. */
  #indexOf(point: number): number {
    let low = 0;
    let high = this.#points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#points[middle] ?? 0) < point) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** `%` is slow beyond 32 bits. */
function placeOf(point: number): number {
  return point - Math.floor(point / PLACES) * PLACES;
}

/** Both are in order. */
function merge(one: Float64Array, other: Float64Array): Float64Array<ArrayBuffer> {
  const merged = new Float64Array(one.length + other.length);
  let a = 0;
  let b = 0;
  for (let i = 0; i < merged.length; i += 1) {
    const fromOne = a < one.length ? (one[a] ?? 0) : Infinity;
    const fromOther = b < other.length ? (other[b] ?? 0) : Infinity;
    if (fromOne <= fromOther) a += 1;
    else b += 1;
    merged[i] = fromOne <= fromOther ? fromOne : fromOther;
  }
  return merged;
}
