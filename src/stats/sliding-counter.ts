const SLICES = 10;

/** Counts events of the last `windowMs`, in ten slices. Time is an argument; reading costs nothing to keep. */
export class SlidingCounter {
  readonly #sliceMs: number;
  readonly #slices = new Float64Array(SLICES);
  #newest = -Infinity;
  #total = 0;

  constructor(windowMs: number) {
    this.#sliceMs = windowMs / SLICES;
  }

  add(now: number): void {
    const index = this.#advance(now);
    this.#slices[index % SLICES] = (this.#slices[index % SLICES] ?? 0) + 1;
    this.#total += 1;
  }

  total(now: number): number {
    this.#advance(now);
    return this.#total;
  }

  /** Empties the slices that time has passed by; returns the number of the present one. */
  #advance(now: number): number {
    const index = Math.floor(now / this.#sliceMs);
    if (index <= this.#newest) return this.#newest;
    const first = Math.max(this.#newest + 1, index - SLICES + 1);
    for (let slice = first; slice <= index; slice += 1) {
      const place = ((slice % SLICES) + SLICES) % SLICES;
      this.#total -= this.#slices[place] ?? 0;
      this.#slices[place] = 0;
    }
    this.#newest = index;
    return index;
  }
}
