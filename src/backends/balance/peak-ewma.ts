import type { Backend } from '../backend.ts';
import type { Pick } from './pick.ts';

/**
 * Power of two choices: two at random, the one with less load (latency x requests it would then have, by
 * weight). O(1), and without the herding of always choosing the best.
 */
export const pickPeakEwma: Pick = (candidates, random) => {
  const first = candidates[0];
  const count = candidates.length;
  if (count === 1) return first;
  const a = Math.floor(random() * count);
  // Another one than `a`, each equally likely.
  const b = (a + 1 + Math.floor(random() * (count - 1))) % count;
  const one = candidates[a] ?? first;
  const other = candidates[b] ?? first;
  return load(other) < load(one) ? other : one;
};

function load(backend: Backend): number {
  return (backend.latency.value * (backend.pending + 1)) / backend.weight;
}
