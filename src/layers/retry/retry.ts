import type { Clock, Random } from '../../engine/clock.ts';
import type { Exchange, Layer } from '../../engine/types.ts';
import type { RetryBudget } from './budget.ts';
import { RetryLoop, troubleIn } from './loop.ts';

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
}

/** Each try may go to another backend. Nothing is spent on requests that succeed at once. */
export function retry(options: RetryOptions): Layer {
  return (next) => (exchange) => {
    options.budget.deposit(options.clock.now());
    return next(exchange).then((outcome) => {
      if (!troubleIn(outcome)) return outcome;
      if (exchange.settings.retry !== false) return new RetryLoop(exchange, next, options).run(outcome);
      exchange.stopped = 'disabled';
      return outcome;
    });
  };
}
