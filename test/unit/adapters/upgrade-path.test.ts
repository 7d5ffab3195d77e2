import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { targetAt } from '../../../src/adapters/upgrade-path.ts';

const pathAt = (target: string, path: string | undefined, strip: boolean): string | undefined =>
  targetAt({ path: target, authority: 'a' }, { path, strip })?.path;

describe('a mount', () => {
  test.each([
    ['/a', '/a', '/'],
    ['/a/', '/a', '/'],
    ['/a/b?c', '/a', '/b?c'],
    ['/a?c', '/a', '/?c'],
    ['/a//b', '/a', '//b'],
    ['/a/b/c', '/a/b', '/c'],
    ['/a/b', '/a/', '/b'],
    ['/a', '/a/', '/'],
    ['/a', '/', '/a'],
    ['/', '/', '/'],
    ['/a', undefined, '/a'],
  ])('takes %s at %s, and without its own path that is %s', (target, path, stripped) => {
    expect(pathAt(target, path, true)).toBe(stripped);
    expect(pathAt(target, path, false)).toBe(target);
  });

  test.each([
    ['/ab', '/a'],
    ['/', '/a'],
    ['/A', '/a'],
    ['/%61', '/a'],
    ['/b/a', '/a'],
    ['/a#b', '/a'],
    ['/a\\b', '/a'],
    ['*', '/'],
  ])('leaves %s alone at %s', (target, path) => {
    expect(pathAt(target, path, false)).toBe(undefined);
  });

  test('keeps the host that the target names', () => {
    const target = { path: '/a/b', authority: 'shop.example' };
    expect(targetAt(target, { path: '/a', strip: true })).toEqual({ path: '/b', authority: 'shop.example' });
  });

  test('two that are not below one another never take the same', () => {
    const segment = fc.stringMatching(/^[a-z]{1,3}$/);
    fc.assert(
      fc.property(segment, segment, fc.webUrl({ withQueryParameters: true }), (one, other, url) => {
        fc.pre(one !== other);
        const target = new URL(url).pathname;
        const takers = [one, other].filter((name) => pathAt(target, `/${name}`, false) !== undefined);
        expect(takers.length).toBeLessThan(2);
        expect(pathAt(`/${one}${target}`, `/${one}`, true)).toBe(target);
        expect(pathAt(`/${one}${target}`, `/${other}`, true)).toBe(undefined);
      }),
    );
  });
});
