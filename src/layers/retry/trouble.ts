import type { CauseCode, Outcome, Reached } from '../../engine/types.ts';
import { isBackendFailure } from '../../failure/verdict.ts';

export interface Trouble {
  readonly cause: CauseCode;
  readonly reached: Reached;
  readonly isOfOneBackend?: true;
}

const BAD_STATUS: Trouble = { cause: 'backend_status', reached: 'yes' };

/** What is wrong with an outcome, if anything is. */
export function troubleIn(outcome: Outcome): Trouble | undefined {
  if (outcome.kind === 'failed') return outcome;
  return outcome.kind === 'responded' && isBackendFailure(outcome.status) ? BAD_STATUS : undefined;
}
