import { type Check, checkKeys, join, number, show } from './check.ts';

/** One check per key of a group. */
export type Checks = Readonly<Record<string, Check>>;

export const MINUTE_MS = 60_000;

export const count = (min: number, max?: number): Check =>
  number({ min, integer: true, ...(max && { max }) });

/** At least one. */
export const milliseconds = number({ min: 1, unit: 'milliseconds' });

/** Defaults overridden by what is given and checked. An undefined value is as good as none. */
export function settleGroup<Group extends object>(
  where: string,
  given: Partial<Group> | undefined,
  base: Group,
  checks: Checks,
): Group {
  if (given === undefined) return Object.freeze({ ...base });
  checkKeys(where, given, Object.keys(checks));
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [key, value] of present) checks[key]?.(join(where, key), value);
  return Object.freeze({ ...base, ...Object.fromEntries(present) });
}

/** A group of options that can be switched as a whole. */
export function switchable(checks: Checks): Check {
  return (key, value) => {
    if (typeof value === 'boolean') return;
    if (typeof value === 'object' && value !== null) return void settleGroup(key, value, {}, checks);
    throw new TypeError(`${key} must be true, false or an object, got ${show(value)}`);
  };
}
