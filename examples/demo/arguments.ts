import { parseArgs } from 'node:util';
import { UsageError } from './program.ts';

const MAX_PORT = 65_535;
const MAX_SECONDS = 3_600;

/**
 * Flags with a value each, as `--name value` or `--name=value`.
 * @throws UsageError that says what is allowed.
 */
export function readFlags<Name extends string>(
  names: readonly Name[],
  usage: string,
): Partial<Record<Name, string>> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ options, strict: true }).values as Partial<Record<Name, string>>;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

/** @throws UsageError naming the setting, the rule and the value. */
export function readPort(setting: string, value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= MAX_PORT) return Number(value);
  throw new UsageError(`${setting} must be a port from 0 (any free one) to ${MAX_PORT}, got "${value}"`);
}

/** @throws UsageError naming the setting, the rule and the value. */
export function readSeconds(setting: string, value: string): number {
  const seconds = Number(value);
  if (value.trim() !== '' && seconds > 0 && seconds <= MAX_SECONDS) return seconds;
  throw new UsageError(`${setting} must be a number above 0, up to ${MAX_SECONDS}, got "${value}"`);
}
