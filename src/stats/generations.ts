/**
 * A map that forgets what was not used for long, at a cost that does not depend on its size: when the
 * present generation is full it becomes the previous one, and the one before that is dropped.
 */
export class Generations<Key, Value> {
  readonly #size: number;
  #present = new Map<Key, Value>();
  #previous = new Map<Key, Value>();

  /** Keeps at least the `size` most recently used entries, and at most twice as many. */
  constructor(size: number) {
    this.#size = size;
  }

  get(key: Key, create: () => Value): Value {
    const present = this.#present.get(key);
    if (present !== undefined) return present;
    const value = this.#previous.get(key) ?? create();
    if (this.#present.size >= this.#size) {
      this.#previous = this.#present;
      this.#present = new Map();
    }
    this.#present.set(key, value);
    return value;
  }

  /** Of each entry that is kept, the ones in use last. */
  *values(): Generator<Value> {
    for (const [key, value] of this.#previous) if (!this.#present.has(key)) yield value;
    yield* this.#present.values();
  }

  get count(): number {
    return this.#present.size + this.#previous.size;
  }
}
