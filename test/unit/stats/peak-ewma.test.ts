import { expect, test } from 'vitest';
import { PeakEwma } from '../../../src/stats/peak-ewma.ts';

test('begins with the guess it is given', () => {
  expect(new PeakEwma(10_000, 30, 0).value).toBe(30);
});

test('jumps to a peak at once', () => {
  const ewma = new PeakEwma(10_000, 30, 0);
  ewma.observe(500, 1);
  expect(ewma.value).toBe(500);
});

test('forgets it slowly: after one decay time a third is left of the difference', () => {
  const ewma = new PeakEwma(10_000, 30, 0);
  ewma.observe(530, 0);
  ewma.observe(30, 10_000);
  expect(ewma.value).toBeCloseTo(30 + 500 / Math.E, 6);
});

test('many answers at once weigh no more than one', () => {
  const ewma = new PeakEwma(10_000, 30, 0);
  ewma.observe(100, 0);
  for (let i = 0; i < 1_000; i += 1) ewma.observe(10, 0);
  expect(ewma.value).toBe(100);
});

test('silence changes nothing', () => {
  const ewma = new PeakEwma(10_000, 30, 0);
  ewma.observe(200, 0);
  expect(ewma.value).toBe(200);
});

test('a clock that steps back does no harm', () => {
  const ewma = new PeakEwma(10_000, 50, 1_000);
  ewma.observe(30, 1_000);
  ewma.observe(10, 500);
  expect(ewma.value).toBe(30);
});
