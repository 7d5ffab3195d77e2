import { valuesOf } from '../../engine/headers.ts';
import type { RawHeaders } from '../../engine/types.ts';

/**
 * Milliseconds that a Retry-After asks to wait: seconds or a date (RFC 9110 section 10.2.3). 0 where there is
 * none, or none that can be read.
 */
export function retryAfterMs(headers: RawHeaders, wall: number): number {
  const value = valuesOf(headers, 'retry-after')[0]?.trim();
  if (value === undefined) return 0;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : dateOf(value) - wall;
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0;
}

const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/;

/** The three forms of RFC 9110 section 5.6.7. That of asctime names no zone, but means GMT as well. */
function dateOf(value: string): number {
  if (!DATE.test(value)) return NaN;
  return Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
}
