/** Buckets per doubling: values are known to within about 9 %. */
const PER_DOUBLING = 8;
/** Up to 2^22 ms, more than an hour. */
const BUCKETS = 22 * PER_DOUBLING;

/** Middle and spread of latencies, in milliseconds. */
export interface Moments {
  readonly mean: number;
  /** The square root of the variance. */
  readonly deviation: number;
}

/**
 * Recent latencies as a histogram with logarithmic buckets. Recency by generations: when the present one
 * holds `generationSize` samples, it becomes the previous one, and that is forgotten.
 */
export class LatencyHistogram {
  readonly #generationSize: number;
  #present = new Uint32Array(BUCKETS);
  #previous = new Uint32Array(BUCKETS);
  #presentCount = 0;
  #previousCount = 0;

  constructor(generationSize: number) {
    this.#generationSize = generationSize;
  }

  get samples(): number {
    return this.#presentCount + this.#previousCount;
  }

  add(latencyMs: number): void {
    if (this.#presentCount >= this.#generationSize) this.#rotate();
    const bucket = bucketOf(latencyMs);
    this.#present[bucket] = (this.#present[bucket] ?? 0) + 1;
    this.#presentCount += 1;
  }

  /** Forgets everything. */
  clear(): void {
    this.#present.fill(0);
    this.#previous.fill(0);
    this.#presentCount = 0;
    this.#previousCount = 0;
  }

  /** Upper edge of the bucket that holds the quantile `q` in (0, 1]; 0 without samples. */
  quantile(q: number): number {
    const rank = Math.ceil(q * this.samples);
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      seen += this.#count(bucket);
      if (seen >= rank && seen > 0) return upperEdgeOf(bucket);
    }
    return 0;
  }

  /** Each sample taken for the upper edge of its bucket; 0 without samples. */
  moments(): Moments {
    let [sum, squares] = [0, 0];
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const weighted = this.#count(bucket) * upperEdgeOf(bucket);
      sum += weighted;
      squares += weighted * upperEdgeOf(bucket);
    }
    const samples = Math.max(this.samples, 1);
    const mean = sum / samples;
    return { mean, deviation: Math.sqrt(Math.max(squares / samples - mean * mean, 0)) };
  }

  #count(bucket: number): number {
    return (this.#present[bucket] ?? 0) + (this.#previous[bucket] ?? 0);
  }

  #rotate(): void {
    const oldest = this.#previous;
    this.#previous = this.#present;
    this.#previousCount = this.#presentCount;
    this.#present = oldest.fill(0);
    this.#presentCount = 0;
  }
}

function bucketOf(latencyMs: number): number {
  const bucket = Math.floor(Math.log2(Math.max(latencyMs, 0) + 1) * PER_DOUBLING);
  return Math.min(bucket, BUCKETS - 1);
}

function upperEdgeOf(bucket: number): number {
  return 2 ** ((bucket + 1) / PER_DOUBLING) - 1;
}
