import { expect, test } from 'vitest';
import { backoffMs } from '../../../../src/layers/retry/backoff.ts';
import { seededRandom } from '../../../support/fake-random.ts';

test.each([
  [1, 10],
  [2, 20],
  [3, 40],
  [4, 80],
  [5, 160],
  [6, 250],
  [10, 250],
])('retry %i waits for anything up to %i ms', (retry, capMs) => {
  expect(backoffMs(retry, () => 0)).toBe(0);
  expect(backoffMs(retry, () => 1)).toBe(capMs);
  const random = seededRandom(retry);
  const waits = Array.from({ length: 1_000 }, () => backoffMs(retry, random));
  expect(Math.max(...waits)).toBeLessThanOrEqual(capMs);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  expect(mean / capMs).toBeGreaterThan(0.45);
  expect(mean / capMs).toBeLessThan(0.55);
});
