import { describe, expect, test } from 'vitest';
import { pickPeakEwma } from '../../../../src/backends/balance/peak-ewma.ts';
import type { Backend } from '../../../../src/backends/backend.ts';
import { fakeBackend } from '../../../support/fake-backend.ts';
import { fixedRandom, seededRandom } from '../../../support/fake-random.ts';

function shares(backends: readonly [Backend, ...Backend[]], picks = 6_000): Record<string, number> {
  const random = seededRandom(7);
  const counts: Record<string, number> = {};
  for (let i = 0; i < picks; i += 1) {
    const { name } = pickPeakEwma(backends, random, 1_000).target;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test('one candidate needs no chance', () => {
  const only = fakeBackend('a');
  const never = (): never => {
    throw new Error('random was asked');
  };
  expect(pickPeakEwma([only], never, 1_000)).toBe(only);
});

test('of two it takes the faster', () => {
  const slow = fakeBackend('slow');
  const fast = fakeBackend('fast');
  slow.latency.observe(200, 1_000);
  expect(shares([slow, fast])).toEqual({ fast: 6_000 });
});

test('of two equally fast it takes the less busy', () => {
  const busy = fakeBackend('busy');
  const idle = fakeBackend('idle');
  busy.enter(1_000);
  expect(shares([busy, idle])).toEqual({ idle: 6_000 });
});

test('weight makes up for load', () => {
  const heavy = fakeBackend('heavy', { weight: 3 });
  const light = fakeBackend('light');
  heavy.enter(1_000);
  expect(shares([heavy, light])).toEqual({ heavy: 6_000 });
});

describe('among equals', () => {
  test.each([2, 3, 10])('each of %i is taken equally often', (count) => {
    const backends = Array.from({ length: count }, (_, index) => fakeBackend(`b${index}`));
    const [first, ...others] = backends;
    if (!first) throw new Error('no backend');
    const counts = Object.values(shares([first, ...others]));
    expect(counts).toHaveLength(count);
    for (const picked of counts) expect(Math.abs(picked - 6_000 / count)).toBeLessThan(6_000 * 0.05);
  });

  test('the two that are compared are never the same', () => {
    const worst = fakeBackend('worst');
    worst.latency.observe(10_000, 1_000);
    for (const [a, b] of [
      [0, 0],
      [0, 0.999],
      [0.999, 0],
      [0.999, 0.999],
    ] as const) {
      expect(pickPeakEwma([worst, fakeBackend('b'), fakeBackend('c')], fixedRandom(a, b), 1_000)).not.toBe(
        worst,
      );
    }
  });
});

test('a peak fades while the backend is left alone: it is put to the test again', () => {
  const once = fakeBackend('slow once');
  const steady = fakeBackend('steady');
  once.latency.observe(5_000, 0);
  const taken = (now: number): string => {
    steady.latency.observe(10, now);
    return pickPeakEwma([once, steady], seededRandom(1), now).target.name;
  };
  expect(taken(1_000)).toBe('steady');
  expect(taken(120_000)).toBe('slow once');
});
