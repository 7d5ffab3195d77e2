import { expect, test } from 'vitest';
import { caseNamed, corpus, FAMILIES, sampleOf } from './corpus.ts';
import type { HostileCase } from './hostile-case.ts';

const shown = ({ segments, ...one }: HostileCase): string => {
  return JSON.stringify({ ...one, segments: segments.map((bytes) => bytes.toString('latin1')) });
};

test('each case has a name of its own', () => {
  const names = [...corpus(7)].map(({ name }) => name);
  expect(names.length).toBeGreaterThan(50_000);
  expect(new Set(names).size).toBe(names.length);
});

test('the same seed makes the same cases, another one others', () => {
  const [first, same, other] = [7, 7, 8].map((seed) => sampleOf(seed, 50).map(shown));
  expect(same).toEqual(first);
  expect(other).not.toEqual(first);
});

test('a sample takes from each family', () => {
  expect(sampleOf(7, 3)).toHaveLength(3 * Object.keys(FAMILIES).length);
});

test('a case is found again by its name', () => {
  for (const one of sampleOf(9, 1)) expect(shown(caseNamed(one.name))).toBe(shown(one));
  expect(() => caseNamed('prefix/nothing')).toThrow('there is no hostile case "prefix/nothing"');
});
