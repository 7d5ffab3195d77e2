import { valuesOf } from '../../engine/headers.ts';
import type { RawHeaders } from '../../engine/types.ts';

/**
 * Milliseconds that a Retry-After asks to wait: seconds or a date (RFC 9110 section 10.2.3). 0 where there is
 * none, or none that can be read.
 */
export function retryAfterMs(headers: RawHeaders, wall: number): number {
  const value = valuesOf(headers, 'retry-after')[0]?.trim();
  if (value === undefined) return 0;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - wall;
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0;
}
