import { SampleWindow } from './sample-window.ts';

/** What a backend begins with, and never falls below, so that there is always something to learn from. */
const INITIAL = 20;
const LEAST = 4;
/** A window has as many samples as two rounds at the limit, within these. */
const FEWEST = 16;
const MOST = 64;
/** Answers may take so many times as long as without load, and so many standard errors more. */
const TOLERANCE = Math.log(1.1);
const ERRORS = 3;
/** It shrinks in proportion, but by no more than half at a time. */
const MOST_SHRINK = Math.log(2);
/** Until answers first become slower, it grows by half at a time. */
const START_GROWTH = 1.5;
/** Where more of a window failed or was pushed back, it shrinks whatever the latency. */
const MOST_DROPPED = 0.1;
const AFTER_DROPS = 0.9;
/** Where a quarter of the limit makes answers no faster than by this, it is not the load that makes them slow. */
const QUARTER = 1 / 4;
const LEAST_RELIEF = Math.log(1.25);
/** At the least it stays for so many windows; then what it takes there is what is normal. */
const WINDOWS_AT_LEAST = 5;
/** What is only known to have taken longer, counts as so many times as long. */
const CENSORED = 2;
/** Weight of one window in what is known of latency without load; of one that was faster than chance explains. */
const WEIGHT = 0.1;
const WEIGHT_IF_FASTER = 0.5;

/**
 * How many requests at a time a backend takes without queueing, found from its latency: the gradient of Envoy's
 * adaptive concurrency and Netflix's Gradient2. While answers take as long as without load, the limit grows; when they
 * take longer than chance explains, it shrinks in proportion.
 */
export class AdaptiveLimit {
  readonly #most: number;
  readonly #window = new SampleWindow();
  #limit: number;
  /** Logarithm of the milliseconds that answers take without load. */
  #baseline: number | undefined;
  #isStarting = true;
  /** Where shrinking began. */
  #congestion: { readonly limit: number; readonly mean: number } | undefined;
  #windowsAtLeast = 0;

  constructor(most: number) {
    this.#most = most;
    this.#limit = Math.min(INITIAL, most);
  }

  /** Requests at a time. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Milliseconds that answers take without load; undefined before it is known. */
  get baselineMs(): number | undefined {
    return this.#baseline === undefined ? undefined : Math.exp(this.#baseline);
  }

  /** An answer came while so many were pending, itself included. True when the limit has changed. */
  answered(latencyMs: number, pending: number, now: number): boolean {
    this.#window.add(latencyMs, now - latencyMs, pending);
    return this.#look(now);
  }

  /**
   * Given up after so long without an answer: it would have taken longer, and counts as twice that. What was given up
   * soon says nothing.
   */
  gaveUp(waitedMs: number, pending: number, now: number): boolean {
    if (waitedMs < (this.baselineMs ?? Infinity) / CENSORED) return false;
    this.#window.addCensored(waitedMs, CENSORED * waitedMs, pending, now);
    return this.#look(now);
  }

  /** Failed, or pushed back (429, 503): however fast, that is no good sign. */
  dropped(pending: number, now: number): boolean {
    this.#window.drop(pending);
    return this.#look(now);
  }

  #look(now: number): boolean {
    const least = Math.min(Math.max(2 * this.#limit, FEWEST), MOST);
    if (!this.#window.isFull(least, this.baselineMs ?? 0, now)) return false;
    const before = this.#limit;
    this.#decide();
    // After it has changed by much, only what met the new load counts.
    this.#window.begin(now, this.#limit < before || (this.#isStarting && this.#limit > before));
    return this.limit !== Math.floor(before);
  }

  #decide(): void {
    const { mean, dropped, error } = this.#window;
    if (dropped > MOST_DROPPED) return this.#shrinkTo(this.#limit * AFTER_DROPS);
    if (mean === undefined) return;
    this.#baseline ??= mean;
    const isUsed = this.#window.mostPending >= this.#limit / 2;
    const excess = mean - this.#baseline - TOLERANCE - ERRORS * error;
    if (excess > 0 && isUsed) return this.#shrink(excess, mean);
    this.#congestion = undefined;
    this.#windowsAtLeast = 0;
    this.#observe(mean, error, isUsed);
    // Grows only where it is used: what a higher limit would do is not known before.
    if (isUsed) this.#grow();
  }

  /** Under load, chance alone does not make answers faster than they are without. */
  #observe(mean: number, error: number, isUsed: boolean): void {
    const baseline = this.#baseline ?? mean;
    const isFaster = mean < baseline - ERRORS * error;
    if (!isUsed || isFaster) {
      this.#baseline = baseline + (isFaster ? WEIGHT_IF_FASTER : WEIGHT) * (mean - baseline);
    }
  }

  #grow(): void {
    this.#set(this.#isStarting ? this.#limit * START_GROWTH : this.#limit + Math.sqrt(this.#limit) / 4);
  }

  #shrink(excess: number, mean: number): void {
    const { limit, mean: before } = (this.#congestion ??= { limit: this.#limit, mean });
    const smaller = this.#limit * Math.exp(-Math.min(excess, MOST_SHRINK));
    this.#windowsAtLeast = this.#limit <= LEAST ? this.#windowsAtLeast + 1 : 0;
    if (this.#window.isMostlyCensored) return this.#shrinkTo(smaller);
    if (this.#windowsAtLeast >= WINDOWS_AT_LEAST) return this.#takeForNormal(mean, this.#limit);
    if (this.#limit > limit * QUARTER) return this.#shrinkTo(smaller);
    if (mean > before - LEAST_RELIEF) return this.#takeForNormal(mean, limit);
    this.#congestion = { limit: this.#limit, mean };
  }

  /** From the least, it starts anew. */
  #shrinkTo(limit: number): void {
    this.#set(limit);
    this.#isStarting = this.#limit <= LEAST;
  }

  /** Answers take longer by now, with or without load. */
  #takeForNormal(mean: number, limit: number): void {
    this.#baseline = mean;
    this.#congestion = undefined;
    this.#windowsAtLeast = 0;
    this.#isStarting = limit <= LEAST;
    this.#set(limit);
  }

  #set(limit: number): void {
    this.#limit = Math.min(Math.max(limit, LEAST), this.#most);
  }
}
