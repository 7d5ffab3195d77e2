import type { ClientExchange } from '../../src/engine/exchange.ts';
import type { Outcome, RepeatDecision, RepeatObserver } from '../../src/engine/types.ts';
import { RetryBudget } from '../../src/layers/retry/budget.ts';
import { retry, type Elsewhere } from '../../src/layers/retry/retry.ts';
import { FakeClock } from './fake-clock.ts';
import { type ScriptedForward, scripted, type Step } from './fake-forward.ts';

export interface RetryFixture {
  readonly clock?: FakeClock;
  readonly budget?: RetryBudget;
  readonly random?: () => number;
  /** Where a next attempt could go: one answer, or one per question. */
  readonly where?: ReturnType<Elsewhere> | readonly ReturnType<Elsewhere>[];
}

export interface RetryRun extends ScriptedForward {
  readonly outcome: Promise<Outcome>;
  readonly decisions: readonly RepeatDecision[];
}

/** Nobody listens. */
export const NOBODY: RepeatObserver = {
  watchesRepeats: () => false,
  repeatDecided: () => {
    throw new Error('nobody listens');
  },
};

/** The retry layer over a script. */
export function runRetry(exchange: ClientExchange, given: RetryFixture, ...steps: readonly Step[]): RetryRun {
  const where = given.where ?? 'other';
  let asked = 0;
  const elsewhere: Elsewhere = () => {
    if (typeof where === 'string') return where;
    asked += 1;
    return where[Math.min(asked, where.length) - 1] ?? 'none';
  };
  const decisions: RepeatDecision[] = [];
  const below = scripted(...steps);
  const layer = retry({
    clock: given.clock ?? new FakeClock(),
    random: given.random ?? (() => 0),
    budget: given.budget ?? plentiful(),
    elsewhere,
    observer: { watchesRepeats: () => true, repeatDecided: (_, decision) => void decisions.push(decision) },
  });
  return { ...below, decisions, outcome: layer(below.forward)(exchange) };
}

export function plentiful(): RetryBudget {
  return new RetryBudget({ ratio: 1, minPerSecond: 1_000, windowMs: 10_000 });
}

export function empty(): RetryBudget {
  return new RetryBudget({ ratio: 0, minPerSecond: 0, windowMs: 10_000 });
}
