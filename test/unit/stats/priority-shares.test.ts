import { describe, expect, test } from 'vitest';
import { PriorityShares } from '../../../src/stats/priority-shares.ts';

/** The chance of each level when as many of each come, and `share` of all have to go. */
function chances(share: number, levels = 4): number[] {
  const shares = new PriorityShares(levels);
  const last: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    for (let level = 0; level < levels; level += 1) last[level] = shares.chance(level, share);
  }
  return last;
}

describe('of four levels that come as often, when so many have to go', () => {
  test.each([
    [0, [0, 0, 0, 0]],
    [0.25, [1, 0, 0, 0]],
    [0.5, [1, 1, 0, 0]],
    [1, [1, 1, 1, 1]],
  ])('%d', (share, expected) => {
    for (const [level, chance] of chances(share).entries()) {
      expect(Math.abs(chance - (expected[level] ?? NaN))).toBeLessThan(0.06);
    }
  });

  test('0.125: half of the lowest', () => {
    expect(chances(0.125)[0]).toBeCloseTo(0.5, 1);
    expect(chances(0.125)[1]).toBe(0);
  });
});

test('where all are alike, each has the same chance', () => {
  const shares = new PriorityShares(10);
  for (let i = 0; i < 10; i += 1) expect(shares.chance(5, 0.3)).toBeCloseTo(0.3);
});

test('follows what comes', () => {
  const shares = new PriorityShares(10);
  for (let i = 0; i < 1_000; i += 1) shares.chance(0, 0.5);
  for (let i = 0; i < 1_000; i += 1) shares.chance(9, 0.5);
  expect(shares.chance(9, 0.5)).toBeCloseTo(0.5, 2);
});
