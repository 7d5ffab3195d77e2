import { describe, expect, test } from 'vitest';
import { countForward, forwardsLeft } from '../../../src/engine/max-forwards.ts';
import { fakeRequest } from '../../support/fake-exchange.ts';

const asking = (method: string, value?: string) =>
  fakeRequest({ method, rawHeaders: value === undefined ? [] : ['Max-Forwards', value] });

test.each<[string, string | undefined, unknown]>([
  ['OPTIONS', undefined, undefined],
  ['OPTIONS', '0', 0],
  ['TRACE', '10', 10],
  ['TRACE', '99999999999999999999999', 256],
  ['OPTIONS', '-1', 'invalid'],
  ['OPTIONS', '1, 2', 'invalid'],
  ['OPTIONS', '', 'invalid'],
  ['GET', '0', undefined],
])('%s with %s: %s', (method, value, left) => {
  expect(forwardsLeft(asking(method, value))).toBe(left);
});

describe('on its way on', () => {
  const counted = (method: string, value: string): string[] => {
    const headers = ['A', '1', 'max-FORWARDS', value, 'B', '2'];
    countForward(headers, asking(method, value));
    return headers;
  };

  test('it is one less, in its place', () => {
    expect(counted('OPTIONS', '7')).toEqual(['A', '1', 'max-FORWARDS', '6', 'B', '2']);
    expect(counted('TRACE', '1000')).toEqual(['A', '1', 'max-FORWARDS', '255', 'B', '2']);
  });

  test('other methods do not count it', () => {
    expect(counted('GET', '7')).toEqual(['A', '1', 'max-FORWARDS', '7', 'B', '2']);
  });
});
