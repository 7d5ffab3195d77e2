import type { TimeoutSettings } from '../engine/settings.ts';
import type { TimeoutOptions } from '../options.ts';
import { aFunction, either, number, oneOf } from './check.ts';
import { type Checks, settleGroup } from './group.ts';
import { headerOfItsOwn } from './header-name.ts';

const ms = number({ min: 1, unit: 'milliseconds' });

const TIMEOUTS: Checks = {
  connectMs: ms,
  firstByteMs: ms,
  learned: oneOf(true, 'observe', false),
  key: aFunction,
  idleMs: ms,
  writeMs: ms,
  requestBodyMs: ms,
  deadlineMs: ms,
  deadlineHeader: either(oneOf(false), headerOfItsOwn),
  upgradeIdleMs: ms,
};

/** @throws TypeError or RangeError that names key, rule and value. */
export function settleTimeouts(given: TimeoutOptions | undefined, base: TimeoutSettings): TimeoutSettings {
  const settled = settleGroup('timeouts', given as Partial<TimeoutSettings> | undefined, base, TIMEOUTS);
  const { firstByteMs, connectMs, deadlineMs } = settled;
  if (given?.firstByteMs === undefined || given.deadlineMs !== undefined) return settled;
  // Who raises one limit for a long poll does not want it cut short by the other.
  return Object.freeze({ ...settled, deadlineMs: Math.max(deadlineMs, connectMs + firstByteMs) });
}
