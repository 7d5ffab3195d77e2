import { isForwarding } from './header-rules.ts';
import type { RawHeaders } from './types.ts';

/**
 * Naming one of these in Connection is an attack, not a wish: a hop that obeyed would strip what the next
 * one relies on (CVE-2024-45410 and relatives).
 */
export const PROTECTED: ReadonlySet<string> = new Set([
  'access-control-allow-origin',
  'age',
  'authorization',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-location',
  'content-range',
  'content-security-policy',
  'content-type',
  'cookie',
  'date',
  'expires',
  'host',
  'location',
  'origin',
  'proxy-status',
  'range',
  'set-cookie',
  'strict-transport-security',
  'vary',
  'via',
  'www-authenticate',
  'x-content-type-options',
  'x-frame-options',
  'x-request-id',
]);

export type HeaderValue = string | string[] | undefined;

/** Names listed in Connection, in lower case, that may be removed; undefined where there are none. */
export function nominatedNames(connection: HeaderValue): ReadonlySet<string> | undefined {
  if (connection === undefined) return undefined;
  const value = typeof connection === 'string' ? connection : connection.join(',');
  if (value === 'keep-alive' || value === 'close') return undefined;
  const names = value
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !PROTECTED.has(name) && !isForwarding(name));
  return names.length > 0 ? new Set(names) : undefined;
}

/** All values of one header in a flat list. */
export function valuesOf(headers: RawHeaders, lowerName: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length !== lowerName.length || name.toLowerCase() !== lowerName) continue;
    values.push(headers[i + 1] as string);
  }
  return values;
}
