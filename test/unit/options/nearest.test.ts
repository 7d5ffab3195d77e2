import { expect, test } from 'vitest';
import { nearest } from '../../../src/options/nearest.ts';

test.each([
  ['retrys', ['retry', 'retries'], 'retry'],
  ['TIMEOUTS', ['timeouts'], 'timeouts'],
  ['fristByteMs', ['firstByteMs', 'idleMs'], 'firstByteMs'],
  ['', ['name'], undefined],
  ['completelyElse', ['name', 'retry'], undefined],
  ['x', [], undefined],
])('%j among %o: %s', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});
