import { HookError } from '../engine/hooks.ts';
import type { Failed, Layer, Outcome } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';

/**
 * Turns whatever is thrown below into a failure: a user's function that threw is `configuration_error`,
 * anything else is a bug of ours.
 */
export function contain(onUnexpected: (error: unknown, failure: Failed) => void): Layer {
  const name = (error: unknown): Failed => {
    const failure =
      error instanceof HookError
        ? failed('configuration_error', { error, detail: `${error.message}.` })
        : failed('gateway_error', { error });
    onUnexpected(error, failure);
    return failure;
  };
  const look = (outcome: Outcome): Outcome => {
    if (outcome.kind === 'failed' && isUnexpected(outcome)) onUnexpected(outcome.error, outcome);
    return outcome;
  };
  return (next) => (exchange) => {
    try {
      return next(exchange).then(look, name);
    } catch (error) {
      return Promise.resolve(name(error));
    }
  };
}

/** A bug of ours, or a user's function that threw where the failure had a place of its own to go. */
function isUnexpected({ cause, error }: Failed): boolean {
  return cause === 'gateway_error' || error instanceof HookError;
}
