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
    const place = placeOf(this.#advance(now));
    this.#slices[place] = (this.#slices[place] ?? 0) + 1;
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
      const place = placeOf(slice);
      this.#total -= this.#slices[place] ?? 0;
      this.#slices[place] = 0;
    }
    this.#newest = index;
    return index;
  }
}

/** Monotonic clocks may start below zero. */
function placeOf(slice: number): number {
  return ((slice % SLICES) + SLICES) % SLICES;
}
