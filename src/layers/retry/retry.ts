import type { Clock, Random } from '../../engine/clock.ts';
import type { Exchange, Layer, RepeatObserver } from '../../engine/types.ts';
import type { RetryBudget } from './budget.ts';
import { RetryLoop } from './loop.ts';
import { tell } from './tell.ts';
import { troubleIn } from './trouble.ts';

/**
 * Where another attempt could go: to a backend not tried yet; again to the only one there is; again to one
 * of several; nowhere. Asked of the pool, injected.
 */
export type Elsewhere = (exchange: Exchange) => 'other' | 'only' | 'same' | 'none';

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly budget: RetryBudget;
  readonly elsewhere: Elsewhere;
  readonly observer: RepeatObserver;
}

/** Each try may go to another backend. Nothing is spent on requests that succeed at once. */
export function retry(options: RetryOptions): Layer {
  return (next) => (exchange) => {
    options.budget.deposit(options.clock.now());
    return next(exchange).then((outcome) => {
      if (!troubleIn(outcome)) return outcome;
      if (exchange.settings.retry !== false) return new RetryLoop(exchange, outcome, next, options).run();
      exchange.stopped = 'disabled';
      tell(options, exchange, outcome, 'disabled');
      return outcome;
    });
  };
}
