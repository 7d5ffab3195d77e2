import { expect, test } from 'vitest';
import { addToList } from '../../../src/adapters/list-header.ts';

test.each([
  ['', 'Accept'],
  [' ', 'Accept'],
  ['Origin', 'Origin, Accept'],
  ['Origin,Accept-Encoding', 'Origin,Accept-Encoding, Accept'],
  ['accept', 'accept'],
  ['Origin, ACCEPT', 'Origin, ACCEPT'],
  ['*', '*'],
  ['Origin, *', 'Origin, *'],
])('%j becomes %j', (given, added) => {
  expect(addToList(given, ['Accept'])).toBe(added);
});
