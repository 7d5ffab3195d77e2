import { describe, expect, test } from 'vitest';
import { settleOptions, settlePolicy } from '../../../src/options/settle.ts';
import type { RewriteOptions } from '../../../src/options.ts';

function settle(rewrite: unknown) {
  return settleOptions({ backends: ['http://a'], rewrite: rewrite as RewriteOptions }).request;
}

test('off unless given', () => {
  const nothing = {
    path: undefined,
    request: undefined,
    response: undefined,
    location: undefined,
    cookies: undefined,
  };
  expect(settle(undefined).rewrite).toEqual(nothing);
  expect(settle({}).rewrite).toEqual(nothing);
  const off = {
    path: false,
    request: false,
    response: false,
    location: false,
    cookies: { domain: false, path: false },
  };
  expect(settle(off).rewrite).toEqual(nothing);
  expect(settle({ cookies: false }).rewrite).toEqual(nothing);
});

test('a policy takes what it does not mention from the gateway, and false takes it away', () => {
  const [request, response] = [() => undefined, () => undefined];
  const base = settle({ path: { '/a': '/b' }, request, location: true, cookies: { path: { '/a': '/b' } } });
  const { rewrite } = settlePolicy(
    { rewrite: { path: false, response, cookies: { domain: { a: 'b' } } } },
    base,
  );
  expect(rewrite).toMatchObject({ path: undefined, request, response, location: true });
  expect(rewrite.cookies?.path).toBe(base.rewrite.cookies?.path);
  expect(rewrite.cookies?.domain).toBeTypeOf('function');
  expect(settlePolicy({ rewrite: { cookies: false } }, base).rewrite.cookies).toBeUndefined();
  expect(settlePolicy({}, base).rewrite).toBe(base.rewrite);
});

describe('refused', () => {
  test.each<[unknown, string]>([
    [5, 'rewrite must be an object, got 5'],
    [{ paths: {} }, 'did you mean rewrite.path?'],
    [{ path: 5 }, 'rewrite.path must be a function, a list of [RegExp, replacement], an object of prefixes'],
    [{ path: '/api' }, 'rewrite.path must be a function'],
    [{ path: null }, 'rewrite.path must be a function'],
    [{ path: /^\/api/ }, 'rewrite.path must be a function'],
    [{ path: true }, 'rewrite.path must be a function'],
    [{ path: [] }, 'rewrite.path must have at least one rule'],
    [{ path: {} }, 'rewrite.path must have at least one rule'],
    [{ path: [/a/, 'b'] }, 'rewrite.path[0] must be [RegExp, replacement], got an object'],
    [
      {
        path: [
          [/a/, 'b'],
          ['a', 'b'],
        ],
      },
      'rewrite.path[1] must be [RegExp, replacement], got an array',
    ],
    [{ path: [[/a/]] }, 'rewrite.path[0] must be'],
    [{ path: [[/a/, 'b', 'c']] }, 'rewrite.path[0] must be'],
    [{ path: [[/a/, () => 'b']] }, 'rewrite.path[0] must be'],
    [
      { path: { api: '/' } },
      'rewrite.path must have as each key a path such as "/api", as a prefix; for patterns',
    ],
    [{ path: { '^/api/(.*)': '/' } }, 'got "^/api/(.*)"'],
    [{ path: { '/api$': '/' } }, 'rewrite.path must have as each key'],
    [{ path: { '/a?b': '/' } }, 'rewrite.path must have as each key'],
    [{ path: { '/api': 'v1' } }, 'rewrite.path["/api"] must be a path, or empty, got "v1"'],
    [{ path: { '/api': '/v1?x' } }, 'rewrite.path["/api"] must be a path, or empty'],
    [{ path: { '/api': 5 } }, 'rewrite.path["/api"] must be a path, or empty, got 5'],
    [{ request: {} }, 'rewrite.request must be false, or a function, got an object'],
    [{ response: true }, 'rewrite.response must be false, or a function, got true'],
    [{ location: 'auto' }, 'rewrite.location must be true or false, or a function, got "auto"'],
    [{ cookies: 5 }, 'rewrite.cookies must be an object, got 5'],
    [{ cookies: { domains: {} } }, 'did you mean rewrite.cookies.domain?'],
    [
      { cookies: { domain: 'a' } },
      'rewrite.cookies.domain must be an object from old to new, a function, or false',
    ],
    [
      { cookies: { domain: { a: 'b c' } } },
      'rewrite.cookies.domain["a"] must be a domain, or empty, got "b c"',
    ],
    [{ cookies: { domain: { a: 'b; Secure' } } }, 'rewrite.cookies.domain["a"] must be a domain'],
    [{ cookies: { domain: { '': 'b' } } }, 'rewrite.cookies.domain must have as each key a domain, or "*"'],
    [{ cookies: { path: { '/a': 'b' } } }, 'rewrite.cookies.path["/a"] must be a path, or empty, got "b"'],
    [
      { cookies: { path: { a: '/b' } } },
      'rewrite.cookies.path must have as each key a path, or "*", got "a"',
    ],
  ])('%o', (rewrite, complaint) => {
    expect(() => settle(rewrite)).toThrow(TypeError);
    expect(() => settle(rewrite)).toThrow(complaint);
  });

  test('the name that it has elsewhere', () => {
    const options = { backends: ['http://a'], pathRewrite: {} } as unknown as Parameters<
      typeof settleOptions
    >[0];
    expect(() => settleOptions(options)).toThrow('unknown option pathRewrite; did you mean rewrite?');
  });
});
