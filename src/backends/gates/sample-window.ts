/** Clocks know no less. */
const LEAST_MS = 0.001;

/**
 * What became of the requests of a short time. Latencies are summed up as logarithms: what slows all requests down
 * by a factor moves their mean by that factor, however unlike they are, and a few very slow ones do not.
 */
export class SampleWindow {
  #count = 0;
  #censored = 0;
  #sum = 0;
  #squares = 0;
  #drops = 0;
  #mostPending = 0;
  #beganAt = -Infinity;
  #since = -Infinity;

  /** `fresh`: only what is sent from now on counts. */
  begin(now: number, fresh: boolean): void {
    this.#count = 0;
    this.#censored = 0;
    this.#sum = 0;
    this.#squares = 0;
    this.#drops = 0;
    this.#mostPending = 0;
    this.#beganAt = now;
    this.#since = fresh ? now : -Infinity;
  }

  add(latencyMs: number, sentAt: number, pending: number): void {
    if (sentAt < this.#since) return;
    const log = Math.log(Math.max(latencyMs, LEAST_MS));
    this.#count += 1;
    this.#sum += log;
    this.#squares += log * log;
    this.#mostPending = Math.max(this.#mostPending, pending);
  }

  /** As `add`, of one that was given up after `waitedMs`: it would have taken longer, and is taken for `guessMs`. */
  addCensored(waitedMs: number, guessMs: number, pending: number, now: number): void {
    const before = this.#count;
    this.add(guessMs, now - waitedMs, pending);
    this.#censored += this.#count - before;
  }

  drop(pending: number): void {
    this.#drops += 1;
    this.#mostPending = Math.max(this.#mostPending, pending);
  }

  /** So many samples at least, over so long at least. */
  isFull(least: number, leastMs: number, now: number): boolean {
    return this.#count + this.#drops >= least && now - this.#beganAt >= leastMs;
  }

  get mostPending(): number {
    return this.#mostPending;
  }

  /** Share of those that were dropped. */
  get dropped(): number {
    return this.#drops / Math.max(this.#count + this.#drops, 1);
  }

  /** Half of it or more was given up: how long answers take is not known. */
  get isMostlyCensored(): boolean {
    return this.#censored > 0 && this.#censored >= this.#count / 2;
  }

  /** Mean of the logarithms of latencies; undefined where nothing was answered. */
  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }

  /** How far that mean may be from the true one by chance (its standard error). */
  get error(): number {
    const mean = this.mean ?? 0;
    const variance = this.#squares / Math.max(this.#count, 1) - mean * mean;
    return Math.sqrt(Math.max(variance, 0) / Math.max(this.#count, 1));
  }
}
