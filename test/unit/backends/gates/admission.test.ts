import { expect, test } from 'vitest';
import { Admission } from '../../../../src/backends/gates/admission.ts';

function after(accepts: number, pushbacks: number, now = 0): Admission {
  const admission = new Admission(() => 0.5);
  for (let i = 0; i < accepts; i += 1) admission.answered(false, now);
  for (let i = 0; i < pushbacks; i += 1) admission.answered(true, now);
  return admission;
}

test('while half of what is sent is accepted, nothing is refused', () => {
  expect(after(50, 50).share(0)).toBe(0);
});

test('beyond that, what the formula says', () => {
  expect(after(20, 80).share(0)).toBeCloseTo((100 - 2 * 20) / 101);
});

test('a few pushbacks are chance', () => {
  expect(after(0, 19).share(0)).toBe(0);
  expect(after(0, 20).share(0)).toBeGreaterThan(0);
});

test('some requests always go through, to see whether it accepts again', () => {
  expect(after(0, 10_000).share(0)).toBe(0.9);
});

test('what is refused counts as a request, so that it goes on being refused', () => {
  const admission = after(20, 80);
  const before = admission.share(0);
  for (let i = 0; i < 50; i += 1) expect(admission.admits(0.6, 0)).toBe(false);
  expect(admission.share(0)).toBeGreaterThan(before);
  expect([admission.admits(0.4, 0), admission.admits(0, 0)]).toEqual([true, true]);
});

test('it is forgotten after half a minute', () => {
  const admission = after(0, 100, 1_000);
  expect(admission.share(25_000)).toBeGreaterThan(0);
  expect(admission.share(32_000)).toBe(0);
});
