import type { BackendAttempt } from '../../src/engine/attempt.ts';
import type { ClientExchange } from '../../src/engine/exchange.ts';
import type { Cancellable, Failed, Forward, Outcome, RepeatDecision } from '../../src/engine/types.ts';
import { hedge, type HedgeOptions } from '../../src/layers/hedge/hedge.ts';
import { FakeClock } from './fake-clock.ts';
import { addAttempt, fakeTarget } from './fake-exchange.ts';
import { deferred } from './fake-outcome.ts';

/** An attempt under way, which minds its exchange as the forwarder does. */
export class FakeHop implements Cancellable {
  readonly attempt: BackendAttempt;
  readonly promise: Promise<Outcome>;
  cancelledWith: Failed | undefined;
  readonly #exchange: ClientExchange;
  readonly #clock: FakeClock;
  readonly #resolve: (outcome: Outcome) => void;

  constructor(exchange: ClientExchange, clock: FakeClock) {
    const { promise, resolve } = deferred<Outcome>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#exchange = exchange;
    this.#clock = clock;
    const now = clock.now();
    const target = fakeTarget(`b${exchange.attempts.length}`);
    this.attempt = addAttempt(exchange, {
      target,
      startedAt: now,
      phase: 'wait',
      sentAt: now,
      running: this,
    });
    exchange.waiting = this;
  }

  cancel(failure: Failed): void {
    this.cancelledWith = failure;
    this.end(failure);
  }

  /** A failure ends it; a response is still to be relayed. */
  end(outcome: Outcome): void {
    if (outcome.kind === 'failed') {
      const { cause, reached } = outcome;
      Object.assign(this.attempt, { cause, reached, endedAt: this.#clock.now(), running: undefined });
      if (this.#exchange.waiting === this) this.#exchange.waiting = undefined;
    }
    this.#resolve(outcome);
  }
}

export class HedgeFixture {
  readonly clock = new FakeClock();
  readonly hops: FakeHop[] = [];
  readonly decisions: RepeatDecision[] = [];
  quantileMs: number | undefined = 100;
  hasOther = true;
  budget = 100;
  /** What stands between the layer and the hop, such as a queue. */
  before: ((exchange: ClientExchange, hop: () => Promise<Outcome>) => Promise<Outcome>) | undefined;
  readonly options: HedgeOptions = {
    clock: this.clock,
    quantileMs: () => this.quantileMs,
    hasOther: () => this.hasOther,
    withdraw: () => {
      this.budget -= 1;
      return this.budget >= 0;
    },
    observer: {
      watchesRepeats: () => true,
      repeatDecided: (_, decision) => void this.decisions.push(decision),
    },
  };

  readonly hop: Forward = (exchange) => {
    const one = exchange as ClientExchange;
    const go = (): Promise<Outcome> => {
      const hop = new FakeHop(one, this.clock);
      this.hops.push(hop);
      return hop.promise;
    };
    return this.before ? this.before(one, go) : go();
  };

  run(exchange: ClientExchange): Promise<Outcome> {
    return hedge(this.options)(this.hop)(exchange);
  }
}
