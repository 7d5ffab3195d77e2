interface Node<Item> {
  readonly item: Item;
  key: number;
  /** Of two equal keys, the one that was set earlier comes first. */
  order: number;
  place: number;
}

/** Items by a number, the least first. Each is in it once, and can be moved or taken out: O(log n). */
export class MinHeap<Item> {
  readonly #nodes: Node<Item>[] = [];
  readonly #byItem = new Map<Item, Node<Item>>();
  #orders = 0;

  get size(): number {
    return this.#nodes.length;
  }

  get first(): Item | undefined {
    return this.#nodes[0]?.item;
  }

  /** The least number; Infinity when empty. */
  get firstKey(): number {
    return this.#nodes[0]?.key ?? Infinity;
  }

  keyOf(item: Item): number | undefined {
    return this.#byItem.get(item)?.key;
  }

  /** One with at most this number that `accept` takes. Looks at those that it does not take, and what is beside them. */
  find(most: number, accept: (item: Item) => boolean): Item | undefined {
    return this.#findBelow(0, most, accept);
  }

  set(item: Item, key: number): void {
    let node = this.#byItem.get(item);
    if (!node) {
      node = { item, key, order: 0, place: this.#nodes.length };
      this.#byItem.set(item, node);
      this.#nodes.push(node);
    }
    this.#move(node, key);
  }

  /** As `set` of the first item. */
  setFirst(key: number): void {
    const node = this.#nodes[0];
    if (node) this.#move(node, key);
  }

  delete(item: Item): void {
    const node = this.#byItem.get(item);
    const last = this.#nodes.at(-1);
    if (!node || !last) return;
    this.#byItem.delete(item);
    this.#nodes.pop();
    if (last === node) return;
    this.#put(last, node.place);
    this.#settle(last);
  }

  #findBelow(place: number, most: number, accept: (item: Item) => boolean): Item | undefined {
    const node = this.#nodes[place];
    if (!node || node.key > most) return undefined;
    if (accept(node.item)) return node.item;
    return this.#findBelow(2 * place + 1, most, accept) ?? this.#findBelow(2 * place + 2, most, accept);
  }

  #move(node: Node<Item>, key: number): void {
    node.key = key;
    node.order = this.#orders;
    this.#orders += 1;
    this.#settle(node);
  }

  #settle(node: Node<Item>): void {
    this.#rise(node);
    this.#sink(node);
  }

  #rise(node: Node<Item>): void {
    for (;;) {
      const above = node.place === 0 ? undefined : this.#nodes[(node.place - 1) >> 1];
      if (!above || !comesBefore(node, above)) return;
      this.#swap(node, above);
    }
  }

  #sink(node: Node<Item>): void {
    for (;;) {
      const left = this.#nodes[2 * node.place + 1];
      const right = this.#nodes[2 * node.place + 2];
      const least = left && right && comesBefore(right, left) ? right : left;
      if (!least || !comesBefore(least, node)) return;
      this.#swap(node, least);
    }
  }

  #swap(one: Node<Item>, other: Node<Item>): void {
    const { place } = one;
    this.#put(one, other.place);
    this.#put(other, place);
  }

  #put(node: Node<Item>, place: number): void {
    node.place = place;
    this.#nodes[place] = node;
  }
}

function comesBefore(one: Node<unknown>, other: Node<unknown>): boolean {
  return one.key < other.key || (one.key === other.key && one.order < other.order);
}
