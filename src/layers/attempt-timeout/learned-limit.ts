import type { AppliedLimit, Target } from '../../engine/types.ts';
import { LatencyHistogram } from '../../stats/latency-histogram.ts';
import { CutShare } from './cut-share.ts';
import { LearnedQuantile } from './learned-quantile.ts';
import { Outlier } from './outlier.ts';

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
/** It widens at once, and narrows by no more than this each time: what is rare must not be forgotten over a gap. */
const NARROWING = 0.9;

/** How long the head of a response may take on one route before it is slow, learned from recent answers. */
export class LearnedLimit {
  /** For readers: method and shape of the path, or what `timeouts.key` said. Set by who keeps it. */
  route = '';
  readonly #latencies = new LatencyHistogram(MIN_SAMPLES);
  readonly #cutShare = new CutShare();
  readonly #outlier = new Outlier();
  #untilRecompute = 0;
  #isOutdated = false;
  #limit: AppliedLimit | undefined;
  #quantile: LearnedQuantile | undefined;

  /** Milliseconds from the last request byte to the complete head. */
  observe(latencyMs: number): void {
    this.#latencies.add(latencyMs);
    this.#cutShare.answered();
    this.#outlier.answered();
    this.#untilRecompute -= 1;
    if (this.#limit && latencyMs > this.#limit.limitMs) this.#isOutdated = true;
  }

  /** An attempt was given up after so long because another one had answered: a censored sample, too. */
  observeAtLeast(latencyMs: number): void {
    this.observe(latencyMs * FACTOR);
  }

  /**
   * An attempt was cut at `limitMs`: all that is known is that it would have taken longer (a censored
   * sample). A few of them double the limit, so that it never locks a slow route out.
   */
  observeCut(limitMs: number): void {
    this.#latencies.add(limitMs);
    this.#isOutdated = true;
  }

  /**
   * An attempt was cut at `limitMs`, and another backend has answered the same request in less. Where it is always the
   * same one that is cut, that speaks of that backend and not of the route: it does not count.
   */
  observeCutMadeGood(limitMs: number, target: Target): void {
    if (!this.#outlier.madeGood(target)) this.observeCut(limitMs);
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
    if (this.#untilRecompute <= 0) this.#recompute(NARROWING);
    else if (this.#isOutdated) this.#recompute(1);
    return this.#limit && this.#limit.limitMs < ceilingMs ? this.#limit : undefined;
  }

  /** The configured limit, with what is known of the route. */
  configured(limitMs: number): AppliedLimit {
    return { limitMs, source: 'configured', ...(this.#latencies.samples > 0 && this.#known()) };
  }

  /** `narrowing`: what part of the limit has to be left. */
  #recompute(narrowing: number): void {
    if (this.#untilRecompute <= 0) this.#untilRecompute = RECOMPUTE_EVERY;
    this.#isOutdated = false;
    const { mean, deviation } = this.#latencies.moments();
    const tailMs = FACTOR * this.#latencies.quantile(QUANTILE);
    const leastMs = narrowing * (this.#limit?.limitMs ?? 0);
    this.#limit = {
      limitMs: Math.ceil(Math.max(tailMs, mean + DEVIATIONS * deviation, leastMs, FLOOR_MS)),
      source: 'learned',
      ...this.#known(),
    };
  }

  #known(): Required<Pick<AppliedLimit, 'p50' | 'p99' | 'samples'>> {
    const { samples } = this.#latencies;
    const [p50, p99] = [this.#latencies.quantile(0.5), this.#latencies.quantile(0.99)];
    // For readers: no more digits than there is truth in them.
    return { p50: Math.ceil(10 * p50) / 10, p99: Math.ceil(10 * p99) / 10, samples };
  }
}
