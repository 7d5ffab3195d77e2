import { describe, expect, test } from 'vitest';
import type { RewriteOptions } from 'causeway-proxy';
import { HookError } from '../../../../src/engine/hooks.ts';
import { NO_REWRITES } from '../../../../src/engine/rewrite/none.ts';
import { rewrittenPath } from '../../../../src/engine/rewrite/path.ts';
import { settleRewrite } from '../../../../src/options/rewrite.ts';
import { fakeRequest } from '../../../support/fake-exchange.ts';

function settled(path: RewriteOptions['path']) {
  const { path: rewrite } = settleRewrite({ path: path ?? false }, NO_REWRITES);
  if (!rewrite) throw new Error('it is off');
  return rewrite;
}

const rewritten = (rules: RewriteOptions['path'], path: string): string =>
  rewrittenPath(settled(rules), fakeRequest({ path }));

describe('prefixes', () => {
  test.each<[Record<string, string>, string, string]>([
    [{ '/api': '/v1' }, '/api', '/v1'],
    [{ '/api': '/v1' }, '/api/x?y=/api', '/v1/x?y=/api'],
    [{ '/api': '/v1' }, '/api?x', '/v1?x'],
    [{ '/api': '/v1' }, '/apix', '/apix'],
    [{ '/api': '/v1' }, '/API/x', '/API/x'],
    [{ '/api': '/v1' }, '/x/api', '/x/api'],
    [{ '/api': '' }, '/api', '/'],
    [{ '/api': '' }, '/api/', '/'],
    [{ '/api': '' }, '/api?x', '/?x'],
    [{ '/api': '/' }, '/api/x', '/x'],
    [{ '^/api': '/v1/' }, '/api/x', '/v1/x'],
    [{ '^/api/': '/' }, '/api/x', '/x'],
    [{ '/': '/base' }, '/x', '/base/x'],
    [{ '^/': '/base/' }, '/', '/base/'],
    [{ '/a': '/1', '/a/b': '/2' }, '/a/b', '/1/b'],
    [{ '/a/b': '/2', '/a': '/1' }, '/a/b', '/2'],
    [{ '/a': '/b', '/b': '/c' }, '/a', '/b'],
    [{ '/v1.0': '' }, '/v1x0/a', '/v1x0/a'],
  ])('%j: %s becomes %s', (rules, path, expected) => {
    expect(rewritten(rules, path)).toBe(expected);
  });

  test('what stands for the prefix is taken letter by letter', () => {
    expect(rewritten({ '/api': '/$&$1' }, '/api/x')).toBe('/$&$1/x');
  });
});

describe('patterns', () => {
  test.each<[[RegExp, string][], string, string]>([
    [[[/^\/api/, '']], '/api/x', '/x'],
    [[[/^\/api/, '']], '/api', '/'],
    [[[/^\/api/, '']], '/api?x=1', '/?x=1'],
    [[[/^\/users\/(\d+)/, '/u/$1']], '/users/42/posts', '/u/42/posts'],
    [[[/\/+/g, '/']], '//a//b', '/a/b'],
    [[[/[?&]utm_\w+=[^&]*/g, '']], '/a?utm_x=1&utm_y=2', '/a'],
    [
      [
        [/a/, 'b'],
        [/b/, 'c'],
      ],
      '/a',
      '/b',
    ],
    [[[/nothing/, 'x']], '/a', '/a'],
  ])('%j: %s becomes %s', (rules, path, expected) => {
    expect(rewritten(rules, path)).toBe(expected);
  });

  test('one with memory gives the same each time, and is not touched', () => {
    const sticky = /\/a/gy;
    const rewrite = settled([[sticky, '/b']]);
    const apply = () => rewrittenPath(rewrite, fakeRequest({ path: '/a/a' }));
    expect([apply(), apply(), apply(), sticky.lastIndex]).toEqual(['/b/b', '/b/b', '/b/b', 0]);
  });
});

describe('a function', () => {
  test('is given the request; undefined leaves the path', () => {
    expect(rewritten(({ path, method }) => `/${method}${path}`, '/x')).toBe('/GET/x');
    expect(rewritten(() => undefined, '/x')).toBe('/x');
  });

  test.each<[string, unknown]>([
    ['no path', 'x'],
    ['nothing', ''],
    ['a URL', 'http://evil.example/'],
    ['white space', '/a b'],
    ['a second request', '/ HTTP/1.1\r\nX: y'],
    ['a fragment', '/a#b'],
    ['what latin1 does not have', '/\u{1f600}'],
    ['a number', 5],
    ['a promise', Promise.resolve('/x')],
    ['a step up', '/../x'],
    ['a hidden step up', '/%2E%2e/x'],
    ['one behind a backslash', '/a\\..\\x'],
    ['one behind a hidden slash', '/a%2f..%2fx'],
    ['one with parameters', '/a/..;v=1/x'],
    ['one at the end', '/a/..'],
    ['one before the query', '/a/..?x'],
  ])('that gives %s is refused', (_what, given) => {
    const run = () => rewritten(() => given as string, '/x');
    expect(run).toThrow(HookError);
    expect(run).toThrow(/rewrite\.path/);
  });

  test.each(['/a/..b', '/...', '/a/.', '//a', '/a?x=/../', '/%zz'])('may give %s', (path) => {
    expect(rewritten(() => path, '/x')).toBe(path);
  });
});
