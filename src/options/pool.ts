import type { BalanceSettings } from '../engine/settings.ts';
import { DEFAULTS, type GatewayOptions, type Settings } from '../options.ts';
import { aFunction, type Check, checkKeys, either, number, oneOf, show } from './check.ts';

export const POOL_KEYS = ['balance', 'panicThreshold', 'slowStartMs'];

const NAMED = ['peak-ewma', 'least-pending', 'round-robin'] as const;
const anObject: Check = (key, value) => {
  throw new TypeError(`${key} must be an object with a function hash(), got ${show(value)}`);
};
const checkBalance = either(oneOf(...NAMED), anObject);
const checkPanicThreshold = number({ min: 0, max: 1 });
const checkSlowStartMs = number({ min: 0, max: 600_000, unit: 'milliseconds' });

type PoolSettings = Pick<Settings, 'balance' | 'panicThreshold' | 'slowStartMs'>;

/** @throws TypeError or RangeError that names key, rule and value. */
export function settlePool(options: GatewayOptions): PoolSettings {
  const { balance = DEFAULTS.balance } = options;
  const { panicThreshold = DEFAULTS.panicThreshold, slowStartMs = DEFAULTS.slowStartMs } = options;
  checkPanicThreshold('panicThreshold', panicThreshold);
  checkSlowStartMs('slowStartMs', slowStartMs);
  return { balance: settleBalance(balance), panicThreshold, slowStartMs };
}

function settleBalance(given: BalanceSettings): BalanceSettings {
  if (typeof given !== 'object') {
    checkBalance('balance', given);
    return given;
  }
  checkKeys('balance', given, ['hash']);
  aFunction('balance.hash', given.hash);
  return Object.freeze({ hash: given.hash });
}
