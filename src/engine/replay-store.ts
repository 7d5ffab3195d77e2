/** One cap over the replay copies of all requests of a gateway, so that many uploads cannot exhaust memory. */
export class ReplayStore {
  readonly #capacityBytes: number;
  #usedBytes = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Reserves room; false when there is none, and nothing is reserved. */
  take(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.#capacityBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}
