/**
 * Items to draw at random, by weight. Joining, leaving and drawing cost O(log n), and drawing O(1) while all
 * weights are equal. Sums of weights are kept in a Fenwick tree.
 */
export class WeightedList<Item> {
  readonly #items: Item[] = [];
  readonly #weights: number[] = [];
  readonly #places = new Map<Item, number>();
  /** How many items have a weight: one entry means that all are equal. */
  readonly #counts = new Map<number, number>();
  #sums = new Float64Array(16);
  #total = 0;

  get size(): number {
    return this.#items.length;
  }

  get isUniform(): boolean {
    return this.#counts.size <= 1;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  placeOf(item: Item): number | undefined {
    return this.#places.get(item);
  }

  add(item: Item, weight: number): void {
    if (this.#places.has(item)) return;
    const place = this.#items.length;
    if (place >= this.#sums.length) this.#grow();
    this.#items.push(item);
    this.#places.set(item, place);
    this.#weights.push(0);
    this.#setWeight(place, weight);
  }

  delete(item: Item): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    const end = this.#items.length - 1;
    const last = this.#items[end] as Item;
    const lastWeight = this.#weights[end] ?? 0;
    this.#setWeight(place, 0);
    this.#places.delete(item);
    if (place !== end) {
      this.#setWeight(end, 0);
      this.#items[place] = last;
      this.#places.set(last, place);
      this.#setWeight(place, lastWeight);
    }
    this.#items.pop();
    this.#weights.pop();
    // What rounding left behind must not add up.
    if (end === 0) this.#total = this.#sums.fill(0)[0] ?? 0;
  }

  /** `chance` in [0, 1). Undefined when empty. */
  draw(chance: number): Item | undefined {
    const { length } = this.#items;
    if (this.isUniform) return this.#items[Math.floor(chance * length)];
    const place = this.#placeAt(chance * this.#total);
    return this.#items[Math.min(place, length - 1)];
  }

  /** The first place up to which the weights add up to more than `sum`. */
  #placeAt(sum: number): number {
    let place = 0;
    let left = sum;
    for (let step = this.#sums.length / 2; step >= 1; step /= 2) {
      const below = this.#sums[place + step - 1] ?? 0;
      if (below > left) continue;
      left -= below;
      place += step;
    }
    return place;
  }

  #setWeight(place: number, weight: number): void {
    const before = this.#weights[place] ?? 0;
    this.#weights[place] = weight;
    this.#count(before, -1);
    this.#count(weight, 1);
    this.#addToSums(place, weight - before);
  }

  #addToSums(place: number, difference: number): void {
    this.#total += difference;
    for (let i = place + 1; i <= this.#sums.length; i += i & -i) {
      this.#sums[i - 1] = (this.#sums[i - 1] ?? 0) + difference;
    }
  }

  #count(weight: number, change: number): void {
    if (weight === 0) return;
    const count = (this.#counts.get(weight) ?? 0) + change;
    if (count > 0) this.#counts.set(weight, count);
    else this.#counts.delete(weight);
  }

  #grow(): void {
    this.#sums = new Float64Array(this.#sums.length * 2);
    this.#total = 0;
    this.#weights.forEach((weight, place) => this.#addToSums(place, weight));
  }
}
