import type { LatencyHistogram } from '../../stats/latency-histogram.ts';

/** Below this even a middling quantile is a guess. */
const MIN_SAMPLES = 100;
/** Asked for on every request, it is read anew every so often. */
const RECOMPUTE_EVERY = 32;
/** The histogram's answer for what takes no time at all is 0, and a timer of 0 is none. */
const LEAST_MS = 1;

/** One quantile of a route's recent latencies. */
export class LearnedQuantile {
  readonly q: number;
  readonly #latencies: LatencyHistogram;
  #untilRecompute = 0;
  #valueMs: number | undefined;

  constructor(latencies: LatencyHistogram, q: number) {
    this.#latencies = latencies;
    this.q = q;
  }

  /** Undefined while too few are known. */
  get(): number | undefined {
    if (this.#latencies.samples < MIN_SAMPLES) return undefined;
    this.#untilRecompute -= 1;
    if (this.#untilRecompute < 0) {
      this.#untilRecompute = RECOMPUTE_EVERY;
      this.#valueMs = Math.max(this.#latencies.quantile(this.q), LEAST_MS);
    }
    return this.#valueMs;
  }
}
