import type { Attempt, Failed, Outcome, Reached } from '../../engine/types.ts';
import { failed } from '../../failure/failed.ts';
import { IGNORED, isBackendFailure } from '../../failure/verdict.ts';

/** One of the attempts of a race. */
export class Runner {
  /** How it ended; undefined while it is under way. */
  outcome: Outcome | undefined = undefined;
  readonly #attempts: readonly Attempt[];
  readonly #index: number;

  /** Its attempt is the next one on record. */
  constructor(attempts: readonly Attempt[]) {
    this.#attempts = attempts;
    this.#index = attempts.length;
  }

  get attempt(): Attempt | undefined {
    return this.#attempts[this.#index];
  }

  cancel(failure: Failed): void {
    if (this.outcome === undefined) this.attempt?.running?.cancel(failure);
  }

  /** The other one has decided the race. This one has not failed, nobody is to blame, and nobody waits for it. */
  supersede(): void {
    if (this.outcome !== undefined) return this.drop();
    const { attempt } = this;
    if (!attempt) return;
    attempt.superseded = true;
    attempt.running?.cancel(failed('first_byte_timeout', { verdict: IGNORED }));
    attempt.cause = undefined;
  }

  /** Whoever holds a response or a tunnel must make use of it or discard it. */
  drop(): void {
    if (this.outcome && this.outcome.kind !== 'failed') this.outcome.discard();
  }
}

/** A backend's own 502, 503 or 504 leaves the other one its chance. */
export function isWin(outcome: Outcome): boolean {
  return outcome.kind === 'responded' ? !isBackendFailure(outcome.status) : outcome.kind === 'upgraded';
}

/** Whose outcome stands when all have failed: one with a backend's own answer, where anybody is left to get it. */
export function lastResort(runners: readonly Runner[], isGone: boolean): Runner | undefined {
  const kind = isGone ? 'failed' : 'responded';
  return runners.findLast(({ outcome }) => outcome?.kind === kind) ?? runners.at(-1);
}

const ORDER: readonly Reached[] = ['no', 'maybe', 'yes'];

/** A failure of both: that one of them may have been processed is enough. */
export function ofBoth(failure: Failed, runners: readonly Runner[]): Failed {
  const worst = Math.max(...runners.map(({ outcome }) => ORDER.indexOf(reachOf(outcome))));
  const reached = ORDER[worst] ?? failure.reached;
  return reached === failure.reached ? failure : { ...failure, reached };
}

function reachOf(outcome: Outcome | undefined): Reached {
  return outcome?.kind === 'failed' ? outcome.reached : 'yes';
}
