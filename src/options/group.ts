import { type Check, checkKeys, join } from './check.ts';

/** One check per key of a group. */
export type Checks = Readonly<Record<string, Check>>;

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
