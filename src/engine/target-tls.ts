import { runHook } from './hooks.ts';
import type { DialTls, Target, TargetTls } from './types.ts';

export const TLS_KEYS: readonly string[] = ['ca', 'cert', 'key', 'servername', 'minVersion'];
export const TLS_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

const HOOK = 'backends[].tls';
const NOTHING: DialTls = Object.freeze({});

/**
 * TLS for a new connection, read anew where the option is a function.
 * @throws HookError when that throws, or gives something else.
 */
export function tlsOf({ tls = NOTHING }: Target): DialTls {
  if (typeof tls !== 'function') return tls;
  const given: unknown = runHook(HOOK, tls);
  return runHook(HOOK, () => checked(given));
}

/** As at construction: above all, nothing may come in by which verification could be switched off. */
function checked(given: unknown): TargetTls {
  if (typeof given !== 'object' || given === null) throw new TypeError('it must return an object');
  const unknown = Object.keys(given).find((key) => !TLS_KEYS.includes(key));
  if (unknown !== undefined) throw new TypeError(`it must not return ${JSON.stringify(unknown)}`);
  const { servername, minVersion } = given as TargetTls;
  if (servername !== undefined && (typeof servername !== 'string' || servername === '')) {
    throw new TypeError('servername must be a non-empty string');
  }
  if (minVersion !== undefined && !TLS_VERSIONS.includes(minVersion)) {
    throw new TypeError(`minVersion must be one of ${TLS_VERSIONS.join(', ')}`);
  }
  // Whoever gave it may change it in place, the next time.
  return { ...given };
}
