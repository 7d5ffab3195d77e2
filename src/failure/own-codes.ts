import { HookError } from '../engine/hooks.ts';
import type { Named } from './classify.ts';
import type { ErrorFacts } from './error-chain.ts';

/** Ours: `destinations` does not allow the address. The message says what it is. */
export const PROHIBITED = 'ERR_CAUSEWAY_PROHIBITED';

/** Failures of the gateway's own making on the way to a connection, whatever the phase; undefined for all others. */
export function ownCause(error: unknown, { code, message }: ErrorFacts): Named | undefined {
  if (error instanceof HookError) {
    return { cause: 'configuration_error', reached: 'no', detail: `${error.message}.` };
  }
  if (code === PROHIBITED) return { cause: 'destination_prohibited', detail: message };
  return undefined;
}
