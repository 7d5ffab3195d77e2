import { expect, test } from 'vitest';
import { describeBackends } from '../../../../src/failure/report/backends.ts';

test('state, since when, and the last failure of each', () => {
  const since = '2026-11-25T10:00:00.000Z';
  expect(
    describeBackends([
      { backend: 'a', state: 'half_open', since, cause: 'connection_refused' },
      { backend: 'b', state: 'saturated' },
    ]),
  ).toBe(`a: half-open since ${since}, last failure: connection_refused. b: saturated.`);
});

test('the first five of many', () => {
  const many = Array.from({ length: 7 }, (_, i) => ({ backend: `b${i}`, state: 'available' as const }));
  expect(describeBackends(many)).toMatch(/b4: available\. And 2 more\.$/);
});

test('nothing of none', () => {
  expect(describeBackends([])).toBe('');
});
