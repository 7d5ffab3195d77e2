import { expect, test } from 'vitest';
import { CutShare } from '../../../../src/layers/attempt-timeout/cut-share.ts';
import { fakeTarget } from '../../../support/fake-exchange.ts';

const [a, b, c] = [fakeTarget('a'), fakeTarget('b'), fakeTarget('c')];

function answered(share: CutShare, count: number): CutShare {
  for (let i = 0; i < count; i += 1) share.answered();
  return share;
}

test('many cuts on one backend are what cutting is for', () => {
  const share = answered(new CutShare(), 200);
  for (let i = 0; i < 150; i += 1) expect(share.cut(a)).toBe(false);
  expect(share.cut(b)).toBe(false);
});

test('on several ones they are too many from a twentieth of all attempts on', () => {
  const share = answered(new CutShare(), 180);
  const verdicts = Array.from({ length: 30 }, (_, index) => share.cut([a, b, c][index % 3] ?? a));
  // 15 cuts of 195 attempts, of which 10 were not on the worst backend.
  expect(verdicts.indexOf(true)).toBe(14);
  expect(verdicts.slice(15)).not.toContain(true);
});

test('a few are chance', () => {
  const share = answered(new CutShare(), 50);
  for (let i = 0; i < 9; i += 1) expect(share.cut([a, b, c][i % 3] ?? a)).toBe(false);
});

test('where nothing answers, no limit is right', () => {
  const share = answered(new CutShare(), 3);
  for (let i = 0; i < 100; i += 1) expect(share.cut(i % 2 === 0 ? a : b)).toBe(false);
});

test('what is long past does not count', () => {
  const share = answered(new CutShare(), 100);
  for (let i = 0; i < 9; i += 1) share.cut(i % 2 === 0 ? a : b);
  answered(share, 500);
  expect(share.cut(a)).toBe(false);
});
