import type { Random } from '../../engine/clock.ts';

const BASE_MS = 25;
const CAP_MS = 250;

/**
 * Full jitter: anything up to 25 ms, doubling per retry up to 250 ms. Only before the same backend is
 * tried again; switching to another one needs no pause.
 */
export function backoffMs(retry: number, random: Random): number {
  return random() * Math.min(BASE_MS * 2 ** (retry - 1), CAP_MS);
}
