import type { HedgeSettings, RetrySettings } from '../engine/settings.ts';
import { DEFAULTS, type PolicyOptions, type RetryOptions } from '../options.ts';
import { aFunction, number } from './check.ts';
import { type Checks, count, milliseconds, MINUTE_MS, settleGroup, switchable } from './group.ts';

const HEDGE: Checks = { quantile: number({ min: 0.5, max: 0.999 }), delayMs: milliseconds };
const RETRY: Checks = {
  retries: count(0, 10),
  replayBytes: count(0, 1_048_576),
  maxRetryAfterMs: number({ min: 0, max: MINUTE_MS, unit: 'milliseconds' }),
  hedge: switchable(HEDGE),
  when: aFunction,
};

/** Of a policy; a gateway has the budget beside them. */
export const RETRY_KEYS: readonly string[] = Object.keys(RETRY);

/** As a mount has it: its own where given, else as the gateway has it. */
export function settleRetry(
  given: PolicyOptions['retry'],
  base: RetrySettings | false,
): RetrySettings | false {
  if (given === undefined) return base;
  if (given === false) return false;
  if (typeof given === 'object' && given !== null && 'budget' in given) {
    throw new TypeError(
      'retry.budget belongs to the gateway, whose routes share it: it cannot be part of a policy',
    );
  }
  const from = base === false ? DEFAULTS.retry : base;
  const settled = settleGroup('retry', given as Partial<RetrySettings>, from, RETRY);
  return Object.freeze({ ...settled, hedge: settleHedge(given.hedge, from.hedge) });
}

function settleHedge(given: RetryOptions['hedge'], base: HedgeSettings | false): HedgeSettings | false {
  if (given === undefined) return base;
  if (given === false) return false;
  const from = base === false ? DEFAULTS.hedge : base;
  return settleGroup('retry.hedge', given === true ? undefined : given, from, HEDGE);
}
