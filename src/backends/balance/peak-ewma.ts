import type { Backend } from '../backend.ts';
import type { Pick } from './pick.ts';

/**
 * Power of two choices: two at random, the one with less load (latency x requests it would then have, by
 * weight). O(1), and without the herding of always choosing the best.
 */
export const pickPeakEwma: Pick = (candidates, random, now) => {
  const first = candidates[0];
  const count = candidates.length;
  if (count === 1) return first;
  const a = Math.floor(random() * count);
  // Another one than `a`, each equally likely.
  const b = (a + 1 + Math.floor(random() * (count - 1))) % count;
  const one = candidates[a] ?? first;
  const other = candidates[b] ?? first;
  return load(other, now) < load(one, now) ? other : one;
};

/** Below this, latencies say nothing; and an estimate of 0 would hide how busy a backend is. */
const LEAST_MS = 0.1;

function load(backend: Backend, now: number): number {
  return (Math.max(backend.latency.at(now), LEAST_MS) * (backend.pending + 1)) / backend.weight;
}
