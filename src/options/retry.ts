import type { HedgeSettings, RetrySettings } from '../engine/settings.ts';
import { DEFAULTS, type PolicyOptions, type RetryOptions } from '../options.ts';
import { aFunction, type Check, number, show } from './check.ts';
import { type Checks, settleGroup } from './group.ts';

const HEDGE: Checks = {
  quantile: number({ min: 0.5, max: 0.999 }),
  delayMs: number({ min: 1, unit: 'milliseconds' }),
};
const RETRY: Checks = {
  retries: number({ min: 0, max: 10, integer: true }),
  replayBytes: number({ min: 0, max: 1_048_576, integer: true }),
  maxRetryAfterMs: number({ min: 0, max: 60_000, unit: 'milliseconds' }),
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

/** A group of options that can be switched as a whole. */
function switchable(checks: Checks): Check {
  return (key, value) => {
    if (typeof value === 'boolean') return;
    if (typeof value === 'object' && value !== null) return void settleGroup(key, value, {}, checks);
    throw new TypeError(`${key} must be true, false or an object, got ${show(value)}`);
  };
}
