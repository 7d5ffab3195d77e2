import type { Random } from '../../engine/clock.ts';

/** Two pauses stay under 30 ms together: a lone backend that is down is reported in well under 50 ms. */
const BASE_MS = 10;
const CAP_MS = 250;

/**
 * Full jitter: anything up to 10 ms, doubling per retry up to 250 ms. Only before the same backend is
 * tried again; switching to another one needs no pause.
 */
export function backoffMs(retry: number, random: Random): number {
  return random() * Math.min(BASE_MS * 2 ** (retry - 1), CAP_MS);
}
