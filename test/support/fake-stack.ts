import { Admittance } from '../../src/backends/admit.ts';
import type { Backend } from '../../src/backends/backend.ts';
import type { PriorityOf } from '../../src/backends/priority.ts';
import { WaitingQueue } from '../../src/backends/queue.ts';
import { select } from '../../src/backends/select.ts';
import type { Clock, Random } from '../../src/engine/clock.ts';
import { compose } from '../../src/engine/compose.ts';
import type { Exchange, Forward, LimitObserver, RepeatObserver } from '../../src/engine/types.ts';
import { attemptTimeout } from '../../src/layers/attempt-timeout/attempt-timeout.ts';
import type { LearnedLimits } from '../../src/layers/attempt-timeout/learned-limits.ts';
import { deadline } from '../../src/layers/deadline.ts';
import { hedge } from '../../src/layers/hedge/hedge.ts';
import type { RetryBudget } from '../../src/layers/retry/budget.ts';
import { couldRepeat } from '../../src/layers/retry/could-repeat.ts';
import { retry } from '../../src/layers/retry/retry.ts';
import { fakePool } from './fake-pool.ts';
import { NOBODY, plentiful } from './fake-retry.ts';

export interface StackFixture {
  readonly backends: readonly Backend[];
  readonly clock: Clock;
  readonly random: Random;
  readonly budget?: RetryBudget;
  readonly queue?: number;
  /** What the route's answers usually take, for hedging. */
  readonly quantileMs?: number;
  readonly observer?: RepeatObserver;
  readonly admission?: boolean;
  readonly priorityOf?: PriorityOf | undefined;
  /** With limits that are learned. */
  readonly learning?: { readonly learned: LearnedLimits; readonly observer: LimitObserver };
}

/** Everything that decides about attempts, as the gateway has it, over a hop of the test's own. */
export function fakeStack(given: StackFixture, hop: Forward): Forward {
  const { clock, random, backends } = given;
  const observer = given.observer ?? NOBODY;
  const budget = given.budget ?? plentiful();
  const pool = fakePool(backends, { random, now: clock.now() });
  const queue = new WaitingQueue({
    clock,
    size: given.queue ?? 0,
    waitMs: 1_000,
    priorityOf: given.priorityOf,
  });
  const elsewhere = (exchange: Exchange) => pool.elsewhere(exchange, clock.now());
  return compose(
    [
      deadline(clock),
      retry({ clock, random, budget, elsewhere, observer }),
      hedge({
        clock,
        quantileMs: () => given.quantileMs,
        hasOther: (exchange) => elsewhere(exchange) === 'other',
        withdraw: () => budget.withdraw(clock.now()),
        observer,
      }),
      select({
        clock,
        poolOf: () => pool,
        queue,
        fastestMs: ({ request }) => given.learning?.learned.of(request).quantile(0.05),
        admittance: given.admission ? new Admittance(given.priorityOf) : undefined,
      }),
      ...(given.learning
        ? [
            attemptTimeout({
              clock,
              ...given.learning,
              canGoElsewhere: (exchange, neededMs) =>
                couldRepeat(exchange, elsewhere(exchange), budget, clock.now(), neededMs),
            }),
          ]
        : []),
    ],
    hop,
  );
}
