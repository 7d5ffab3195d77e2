import type { CauseCode, Verdict } from '../engine/types.ts';
import { causes } from './causes.ts';

export const SUCCESS: Verdict = Object.freeze({ kind: 'success' });
export const IGNORED: Verdict = Object.freeze({ kind: 'ignored' });

const BAD_STATUS: Verdict = Object.freeze({ kind: 'failure', cause: 'backend_status' });

/** How a cause reflects on the backend where it happened, as the breaker column of the table says. */
export function verdictOf(cause: CauseCode): Verdict {
  return causes[cause].breaker === 'ignored' ? IGNORED : { kind: 'failure', cause };
}

/** Statuses with which a backend, or a proxy behind it, says that it cannot serve at present. */
export function isBackendFailure(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

/** 500 is an answer, one broken route; 429 is backpressure, not sickness. */
export function verdictOfStatus(status: number): Verdict {
  if (isBackendFailure(status)) return BAD_STATUS;
  return status === 429 ? IGNORED : SUCCESS;
}
