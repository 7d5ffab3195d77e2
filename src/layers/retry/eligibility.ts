import type { Reached, StopReason } from '../../engine/types.ts';

/** What decides whether a request may be sent once more. */
export interface RepeatFacts {
  /** Something of a response has gone to the client. */
  readonly responseStarted: boolean;
  /** Could a backend have processed it? */
  readonly reached: Reached;
  /** By its method (RFC 9110 section 9.2.2). */
  readonly idempotent: boolean;
  /** The route says that repeating this one does no harm. */
  readonly optedIn: boolean;
  /** Its body is still there, from the first byte. */
  readonly replayable: boolean;
}

interface Row {
  readonly when: Partial<RepeatFacts>;
  readonly then: 'retry' | StopReason;
}

/**
 * The first row that fits decides. It rests on `reached`, not on the name of the cause: a wrong name must
 * never repeat what may not be repeated.
 */
const TABLE: readonly Row[] = [
  { when: { responseStarted: true }, then: 'response_started' },
  // Certainly not processed: whatever the method.
  { when: { reached: 'no', replayable: true }, then: 'retry' },
  { when: { reached: 'no', replayable: false }, then: 'body_not_replayable' },
  // Perhaps processed, or certainly: only what may be done twice.
  { when: { idempotent: false, optedIn: false }, then: 'method_not_idempotent' },
  { when: { replayable: false }, then: 'body_not_replayable' },
  { when: {}, then: 'retry' },
];

/** May this request be sent once more? Facts are looked at in the order of a row, and only as far as needed. */
export function eligibility(facts: RepeatFacts): 'retry' | StopReason {
  return TABLE.find(({ when }) => fits(when, facts))?.then ?? 'not_retryable';
}

function fits(when: Row['when'], facts: RepeatFacts): boolean {
  return (Object.keys(when) as (keyof RepeatFacts)[]).every((key) => when[key] === facts[key]);
}
