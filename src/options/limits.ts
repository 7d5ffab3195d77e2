import { DEFAULTS, type LimitOptions, type Settings } from '../options.ts';
import { aBoolean, aFunction, type Check, number } from './check.ts';
import { type Checks, settleGroup } from './group.ts';

const count = (min: number): Check => number({ min, integer: true });

const LIMITS: Checks = {
  perBackend: count(1),
  adaptive: aBoolean,
  admission: aBoolean,
  priority: aFunction,
  queue: count(0),
  queueMs: number({ min: 1, unit: 'milliseconds' }),
  requestBytes: count(0),
  upgrades: count(0),
  replayBytes: count(0),
};

/** @throws TypeError or RangeError that names key, rule and value. */
export function settleLimits(given: LimitOptions | undefined): Settings['limits'] {
  return settleGroup('limits', given as Partial<Settings['limits']> | undefined, DEFAULTS.limits, LIMITS);
}
