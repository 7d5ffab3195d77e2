import type { Attempt, Cancellable, Exchange, Failed, Forward, Outcome } from '../../engine/types.ts';
import { failed } from '../../failure/failed.ts';
import { isWin, lastResort, ofBoth, Runner } from './runner.ts';

/**
 * One attempt of an exchange, or two at a time. While there are two, the race is what waits on behalf of the
 * exchange: giving that up ends both. The first good answer wins; what becomes of the other one is settled here.
 */
export class Race implements Cancellable {
  readonly #exchange: Exchange;
  readonly #next: Forward;
  readonly #runners: Runner[] = [];
  #over = false;
  #resolve: (outcome: Outcome) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(exchange: Exchange, next: Forward) {
    this.#exchange = exchange;
    this.#next = next;
  }

  /** The first attempt; undefined while it waits for a backend to have room. */
  get first(): Attempt | undefined {
    return this.#runners[0]?.attempt;
  }

  /** Begins with one attempt. Resolves with what comes of the race. */
  start(): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#begin();
    });
  }

  /** Begins a second attempt, or does nothing where no backend takes it after all. */
  join(): void {
    const { waiting } = this.#exchange;
    const { attempt } = this.#begin();
    if (attempt) {
      attempt.hedge = true;
      this.#exchange.waiting = this;
      return;
    }
    this.#runners.pop();
    // It must not stand in the queue: by the time it were served, nobody would want it.
    if (this.#exchange.waiting !== waiting) this.#exchange.waiting?.cancel(failed('pool_saturated'));
    this.#exchange.waiting = waiting;
  }

  cancel(failure: Failed): void {
    for (const runner of this.#runners) runner.cancel(failure);
  }

  /** Something was thrown, which is no failed attempt: nothing comes of either. */
  fail(error: unknown, thrower?: Runner): void {
    if (this.#over) return;
    this.#end(thrower);
    this.#reject(error);
  }

  #begin(): Runner {
    const runner = new Runner(this.#exchange.attempts);
    this.#runners.push(runner);
    try {
      this.#next(this.#exchange)
        .then(
          (outcome) => this.#ended(runner, outcome),
          (error: unknown) => {
            if (this.#runners.includes(runner)) this.fail(error, runner);
          },
        )
        // A bug in giving up the other one must not leave the exchange hanging.
        .catch(this.#reject);
    } catch (error) {
      this.fail(error, runner);
    }
    return runner;
  }

  #ended(runner: Runner, outcome: Outcome): void {
    runner.outcome = outcome;
    if (this.#over || !this.#runners.includes(runner)) return runner.drop();
    // The failure of one does not end the other.
    if (!isWin(outcome) && this.#runners.some((one) => one.outcome === undefined)) return;
    const isGone = this.#exchange.cancelled?.cause === 'client_aborted';
    const decider = isWin(outcome) ? runner : (lastResort(this.#runners, isGone) ?? runner);
    this.#end(decider);
    const last = decider.outcome ?? outcome;
    this.#resolve(last.kind === 'failed' ? ofBoth(last, this.#runners) : last);
  }

  #end(decider: Runner | undefined): void {
    this.#over = true;
    if (this.#runners.length > 1) {
      this.#exchange.attempt = decider?.attempt ?? this.#exchange.attempt;
      // A response can still be given up, a failure no longer.
      this.#exchange.waiting = decider?.attempt?.running;
    }
    for (const runner of this.#runners) if (runner !== decider) runner.supersede();
  }
}
