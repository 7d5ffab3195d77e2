import type { AppliedLimit, Target } from '../../engine/types.ts';
import { LatencyHistogram } from '../../stats/latency-histogram.ts';
import { CutShare } from './cut-share.ts';
import { LearnedQuantile } from './learned-quantile.ts';

/** Below this the tail is not known, and the configured limit rules. */
const MIN_SAMPLES = 1_000;
/** With 2 x p99.9, at most 0.03 % of attempts are cut when nothing is wrong. */
const QUANTILE = 0.999;
const FACTOR = 2;
/** What is rarer than the quantile can see still shows in the variance. The factor of RFC 6298. */
const DEVIATIONS = 4;
/** Shorter waits are not worth a retry. */
const FLOOR_MS = 250;
/** The tail moves slowly: it is read again after so many samples. */
const RECOMPUTE_EVERY = 128;

/** How long the head of a response may take on one route before it is slow, learned from recent answers. */
export class LearnedLimit {
  /** For readers: method and shape of the path, or what `timeouts.key` said. Set by who keeps it. */
  route = '';
  readonly #latencies = new LatencyHistogram(MIN_SAMPLES);
  readonly #cutShare = new CutShare();
  #untilRecompute = 0;
  #limit: AppliedLimit | undefined;
  #quantile: LearnedQuantile | undefined;

  /** Milliseconds from the last request byte to the complete head. */
  observe(latencyMs: number): void {
    this.#latencies.add(latencyMs);
    this.#cutShare.answered();
    this.#untilRecompute -= 1;
  }

  /** An attempt was given up after so long because another one had answered: a censored sample, too. */
  observeAtLeast(latencyMs: number): void {
    this.observe(latencyMs * FACTOR);
  }

  /**
   * An attempt was cut at `limitMs`: all that is known is that it would have taken longer (a censored
   * sample). Counted as twice that, so that the limit widens and never locks a slow route out.
   */
  observeCut(limitMs: number): void {
    this.#latencies.add(limitMs * FACTOR);
    this.#untilRecompute = 0;
  }

  /** Another backend has answered the same request in less: that cut spoke of one backend, not of the route. */
  takeBackCut(limitMs: number): void {
    this.#latencies.remove(limitMs * FACTOR);
    this.#untilRecompute = 0;
  }

  /**
   * Counts a cut. True when there are so many, on several backends that otherwise answer, that the limit must be
   * wrong: it is forgotten, and the configured one rules until a new one is learned from answers in full.
   */
  isCutTooOften(target: Target): boolean {
    if (!this.#cutShare.cut(target)) return false;
    this.#latencies.clear();
    this.#limit = undefined;
    this.#untilRecompute = 0;
    return true;
  }

  /** What the share `q` of recent answers took at most; undefined while too few are known. */
  quantile(q: number): number | undefined {
    if (this.#quantile?.q !== q) this.#quantile = new LearnedQuantile(this.#latencies, q);
    return this.#quantile.get();
  }

  /** The limit below `ceilingMs` (the configured one), if there is one. */
  get(ceilingMs: number): AppliedLimit | undefined {
    if (this.#latencies.samples < MIN_SAMPLES) return undefined;
    if (this.#untilRecompute <= 0) this.#recompute();
    return this.#limit && this.#limit.limitMs < ceilingMs ? this.#limit : undefined;
  }

  /** The configured limit, with what is known of the route. */
  configured(limitMs: number): AppliedLimit {
    return { limitMs, source: 'configured', ...(this.#latencies.samples > 0 && this.#known()) };
  }

  #recompute(): void {
    this.#untilRecompute = RECOMPUTE_EVERY;
    const { mean, deviation } = this.#latencies.moments();
    const tailMs = FACTOR * this.#latencies.quantile(QUANTILE);
    this.#limit = {
      limitMs: Math.max(tailMs, mean + DEVIATIONS * deviation, FLOOR_MS),
      source: 'learned',
      ...this.#known(),
    };
  }

  #known(): Required<Pick<AppliedLimit, 'p50' | 'p99' | 'samples'>> {
    const { samples } = this.#latencies;
    return { p50: this.#latencies.quantile(0.5), p99: this.#latencies.quantile(0.99), samples };
  }
}
