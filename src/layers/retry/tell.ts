import type { Exchange, Outcome, StopReason } from '../../engine/types.ts';
import type { Step } from './plan.ts';
import type { RetryOptions } from './retry.ts';
import { troubleIn } from './trouble.ts';

/** Tells what was decided after an attempt, where anybody listens. */
export function tell(
  { observer }: RetryOptions,
  exchange: Exchange,
  outcome: Outcome,
  decided: Step | StopReason,
): void {
  if (!observer.watchesRepeats()) return;
  const cause = troubleIn(outcome)?.cause;
  observer.repeatDecided(
    exchange,
    typeof decided === 'string'
      ? { kind: 'retry', cause, reason: decided, waitMs: 0, paid: false }
      : { kind: 'retry', cause, reason: undefined, ...decided },
  );
}
