/**
 * Both objects as one: what `own` has is read there and written there, and everything else goes through to `behind`.
 * (With `behind` as a prototype it would be nearly the same, at three times the cost of the whole request: the engine
 * has to think anew about each object that becomes one.)
 */
export function inFrontOf<Behind extends object, Own extends object>(behind: Behind, own: Own): Behind & Own {
  return new Proxy(own, new Front(behind)) as Behind & Own;
}

class Front<Behind extends object, Own extends object> implements ProxyHandler<Own> {
  readonly #behind: Behind;

  constructor(behind: Behind) {
    this.#behind = behind;
  }

  get(own: Own, key: string | symbol, receiver: unknown): unknown {
    return key in own
      ? (own as Record<string | symbol, unknown>)[key]
      : Reflect.get(this.#behind, key, receiver);
  }

  set(own: Own, key: string | symbol, value: unknown): boolean {
    return Reflect.set(key in own ? own : this.#behind, key, value);
  }

  /** What is deleted is hidden: the next attempt may need it. */
  deleteProperty(own: Own, key: string | symbol): boolean {
    return Reflect.set(own, key, undefined);
  }

  has(own: Own, key: string | symbol): boolean {
    return key in own || key in this.#behind;
  }

  /** For `instanceof`. */
  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.#behind);
  }
}
