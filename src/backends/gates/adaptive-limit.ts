import { Baseline } from './baseline.ts';
import { SampleWindow } from './sample-window.ts';

/** What a backend begins with, and never falls below, so that there is always something to learn from. */
const INITIAL = 20;
const LEAST = 4;
/** Answers may take so many times as long as without load: what is less is chance. */
const TOLERANCE = 1.2;
/** At most half of it goes at a time. */
const LEAST_GRADIENT = 0.5;
/** Clocks know no less. */
const LEAST_MS = 0.001;
/** A window has as many samples as two rounds at the limit, within these. */
const FEWEST = 10;
const MOST = 32;
/** Where more of a window failed or was pushed back, it shrinks whatever the latency. */
const MOST_DROPPED = 0.1;
const AFTER_DROPS = 0.9;
/** After so many windows at the least, what "without load" means is found out anew. */
const WINDOWS_AT_LEAST = 5;
/** So it is when answers were slower than the baseline for so long. */
const PROBE_AFTER_MS = 30_000;

/**
 * How many requests at a time a backend takes without queueing, found from its latency: the gradient of Envoy's
 * adaptive concurrency and Netflix's Gradient2. While answers take as long as without load, the limit grows by a
 * little more than chance; as they take longer, it shrinks in proportion.
 */
export class AdaptiveLimit {
  readonly #most: number;
  readonly #window = new SampleWindow();
  readonly #baseline = new Baseline();
  #limit: number;
  /** The limit to come back to, while a low one shows what there is without load. */
  #before: number | undefined;
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
    return this.#baseline.ms;
  }

  /** An answer came while so many were pending, itself included. True when the limit has changed. */
  answered(latencyMs: number, pending: number, now: number): boolean {
    this.#window.add(latencyMs, pending, now);
    return this.#look(now);
  }

  /** Given up after so long without an answer. Says something only where that is longer than usual. */
  gaveUp(waitedMs: number, pending: number, now: number): boolean {
    if (waitedMs < TOLERANCE * (this.#baseline.ms ?? Infinity)) return false;
    this.#window.add(waitedMs, pending, now);
    return this.#look(now);
  }

  /** Failed, or pushed back (429, 503): however fast, that is no good sign. */
  dropped(pending: number, now: number): boolean {
    this.#window.drop(pending);
    return this.#look(now);
  }

  #look(now: number): boolean {
    const least = Math.min(Math.max(2 * this.#limit, FEWEST), MOST);
    if (!this.#window.isFull(least, this.#baseline.ms ?? 0, now)) return false;
    const before = this.limit;
    this.#decide(now);
    this.#window.begin(now, this.#before !== undefined);
    return this.limit !== before;
  }

  #decide(now: number): void {
    const medianMs = this.#window.medianMs();
    if (this.#before !== undefined) return this.#endProbe(this.#before, medianMs, now);
    const isBusy = this.#window.mostPending >= this.#limit / 2;
    if (medianMs !== undefined) this.#baseline.observe(medianMs, isBusy, now);
    if (this.#window.dropped > MOST_DROPPED) this.#set(this.#limit * AFTER_DROPS);
    else if (medianMs !== undefined) this.#follow(medianMs, isBusy);
    if (this.#isDoubtful(now)) this.#beginProbe();
  }

  /** Grows only where it is used: what a higher limit would do is not known before. */
  #follow(medianMs: number, isBusy: boolean): void {
    const gradient = (TOLERANCE * (this.#baseline.ms ?? medianMs)) / Math.max(medianMs, LEAST_MS);
    const headroom = isBusy ? Math.sqrt(this.#limit) / 2 : 0;
    this.#set(this.#limit * Math.min(Math.max(gradient, LEAST_GRADIENT), 1) + headroom);
  }

  /** The baseline is old, or the limit is as low as it gets: perhaps answers just take longer by now. */
  #isDoubtful(now: number): boolean {
    this.#windowsAtLeast = this.#limit <= LEAST ? this.#windowsAtLeast + 1 : 0;
    return this.#windowsAtLeast >= WINDOWS_AT_LEAST || this.#baseline.ageMs(now) > PROBE_AFTER_MS;
  }

  /** The next window is of requests that meet half the load. */
  #beginProbe(): void {
    this.#windowsAtLeast = 0;
    this.#before = this.#limit;
    this.#set(this.#limit / 2);
  }

  #endProbe(limit: number, medianMs: number | undefined, now: number): void {
    if (medianMs !== undefined) this.#baseline.reset(medianMs, now);
    this.#before = undefined;
    this.#set(limit);
  }

  #set(limit: number): void {
    this.#limit = Math.min(Math.max(limit, LEAST), this.#most);
  }
}
