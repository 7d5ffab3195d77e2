import { describe, expect, test } from 'vitest';
import { routeKey } from '../../../../src/layers/attempt-timeout/route-key.ts';

const key = (path: string): number => routeKey('GET', path);
const LONG = 'x'.repeat(41);

describe('of one route are', () => {
  test.each([
    ['/users?page=2', '/users'],
    ['/users?a=/1/2', '/users'],
    ['/?a', '/'],
    ['/users/42/posts', '/users/7f3a-b2/posts?full'],
    ['/2026-01-01/report', '/1999-12-31/report'],
    [`/blob/${LONG}`, '/blob/1'],
    [`/${LONG}/tail`, '/9/tail'],
    ['/a/b/c/d/e/f/g/h', '/a/b/c/d/e/f/g/i'],
    ['/a/b/c/d/e/f/g/h', '/a/b/c/d/e/f/g/h/i/j'],
  ])('%s and %s', (one, other) => {
    expect(key(one)).toBe(key(other));
  });
});

describe('of different routes are', () => {
  test.each([
    ['/', '/users'],
    ['/users', '/Users'],
    ['/users', '/users/'],
    ['/users/1', '/users'],
    ['/users/1', '/users/x'],
    ['/a/b', '/ab'],
    ['/a/1', '/1/a'],
    [`/blob/${'x'.repeat(40)}`, `/blob/${'y'.repeat(40)}`],
    ['/a/b/c/d/e/f', '/a/b/c/d/e/x'],
  ])('%s and %s', (one, other) => {
    expect(key(one)).not.toBe(key(other));
  });

  test('those of different methods', () => {
    expect(routeKey('GET', '/x')).not.toBe(routeKey('PUT', '/x'));
  });
});

test('it is a number that is exact', () => {
  for (const path of ['/', '/a/b/c', '/users/42', ''])
    expect(Number.isSafeInteger(key(path)), path).toBe(true);
});

test('a hundred thousand routes do not collide', () => {
  const letters = 'abcdefghijklmnopqrst';
  const keys = new Set<number>();
  for (const a of letters)
    for (const b of letters)
      for (const c of letters) {
        for (const path of [`/${a}/${b}/${c}`, `/${a}${b}/${c}`, `/${a}/${b}${c}`, `/${a}${b}${c}`]) {
          for (const method of ['GET', 'PUT', 'PURGE']) keys.add(routeKey(method, path));
        }
      }
  expect(keys.size).toBe(letters.length ** 3 * 4 * 3);
});
