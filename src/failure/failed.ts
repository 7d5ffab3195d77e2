import type { CauseCode, Failed } from '../engine/types.ts';
import { causes } from './causes.ts';
import { verdictOf } from './verdict.ts';

/** A failure as the table describes its cause; `known` overrides what a single case knows better. */
export function failed(cause: CauseCode, known?: Partial<Omit<Failed, 'kind' | 'cause'>>): Failed {
  return { kind: 'failed', cause, reached: causes[cause].reached, verdict: verdictOf(cause), ...known };
}
