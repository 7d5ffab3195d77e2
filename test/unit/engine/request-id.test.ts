import { expect, test } from 'vitest';
import { requestId } from '../../../src/engine/request-id.ts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

test.each(['a', '0198c0de-1111', 'trace/1:2+3=4@host~5.6_7', 'x'.repeat(128)])('%s is kept', (given) => {
  expect(requestId(given)).toBe(given);
});

test.each([
  undefined,
  '',
  'two words',
  'x'.repeat(129),
  'line\r\nbreak',
  'semi;colon',
  'quote"d',
  '<script>',
  'ümlaut',
  'a, b',
  'trailing\n',
])('%j is replaced by a UUID', (given) => {
  expect(requestId(given)).toMatch(UUID);
});

test('several of them are none', () => {
  expect(requestId(['a', 'b'])).toMatch(UUID);
});

test('no two are the same', () => {
  expect(requestId(undefined)).not.toBe(requestId(undefined));
});
