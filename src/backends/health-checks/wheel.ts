/** Spreads items over the slots of a cycle, evenly by design: each joins a slot that has the fewest. */
export class Wheel<Item> {
  readonly #slots: readonly Set<Item>[];
  /** Slots in the order in which they are filled: far from one another, so that a few items are spread too. */
  readonly #order: readonly Set<Item>[];
  #position = 0;

  constructor(slots: number) {
    this.#slots = Array.from({ length: slots }, () => new Set<Item>());
    const bits = Math.ceil(Math.log2(slots));
    const places = Array.from({ length: 2 ** bits }, (_, place) => reversed(place, bits));
    this.#order = places.flatMap((place) => this.#slots[place] ?? []);
  }

  get slots(): number {
    return this.#slots.length;
  }

  add(item: Item): void {
    let least: Set<Item> | undefined;
    for (const slot of this.#order) if (!least || slot.size < least.size) least = slot;
    least?.add(item);
  }

  delete(item: Item): void {
    for (const slot of this.#slots) slot.delete(item);
  }

  /** The items whose turn it is. Every item once per `slots` calls. */
  next(): Iterable<Item> {
    this.#position = (this.#position + 1) % this.#slots.length;
    return this.#slots[this.#position] ?? [];
  }
}

/** The number with its `bits` bits in reverse order. */
function reversed(number: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit += 1) result = result * 2 + ((number >> bit) & 1);
  return result;
}
