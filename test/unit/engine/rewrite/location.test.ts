import { describe, expect, test } from 'vitest';
import type { RewriteOptions } from 'causeway-proxy';
import { clientLocation, mountPathOf } from '../../../../src/engine/rewrite/location.ts';
import { type FakeExchange, fakeExchange, fakeTarget } from '../../../support/fake-exchange.ts';

interface Around extends FakeExchange {
  readonly prefix?: string;
  readonly rewritePath?: RewriteOptions['path'];
}

/** The backend is http://a.internal:3000, the client asked http://shop.example/x. */
function seen(location: string, { prefix = '', rewritePath = false, ...given }: Around = {}): string {
  const settings = { rewrite: { location: true, path: rewritePath } };
  const exchange = fakeExchange({ path: '/x', ...given, settings });
  return clientLocation(location, exchange, fakeTarget('a', { prefix }));
}

describe("the backend's origin is taken away", () => {
  test.each([
    ['http://a.internal:3000/login?x=1#y', '/login?x=1#y'],
    ['HTTP://A.Internal:3000/login', '/login'],
    ['http://a.internal:3000', '/'],
    ['http://a.internal:3000?x', '/?x'],
    ['http://a.internal:3000#y', '/#y'],
    ['//a.internal:3000/login', '/login'],
  ])('%s is %s', (location, expected) => {
    expect(seen(location)).toBe(expected);
  });

  test('with the port that the scheme implies, or without', () => {
    const target = fakeTarget('a', { origin: 'https://a.internal', protocol: 'https:' });
    const at = (location: string) => clientLocation(location, fakeExchange(), target);
    expect([at('https://a.internal:443/y'), at('https://a.internal/y')]).toEqual(['/y', '/y']);
    expect(at('http://a.internal/y')).toBe('http://a.internal/y');
  });
});

describe('what names somebody else, or nobody, stays', () => {
  test.each([
    'http://other.example/login',
    'https://a.internal:3000/login',
    'http://a.internal:3001/login',
    'http://a.internal/login',
    'http://a.internal:3000.evil.example/',
    'http://a.internal:3000@evil.example/',
    'http://user@a.internal:3000/login',
    'http://a.internal:3000\\@evil.example/',
    'http://[::1/',
    'mailto:a@b.example',
    'ftp://a.internal:3000/',
    'login',
    '../login',
    '?x=1',
    '#y',
    '',
    '//evil.example/login',
    '/\\evil.example/login',
    'http:///login',
  ])('%s', (location) => {
    expect(seen(location)).toBe(location);
  });
});

describe("the backend's prefix is taken away", () => {
  test.each([
    ['/base/login', '/login'],
    ['/base', '/'],
    ['/base?x', '/?x'],
    ['http://a.internal:3000/base/login', '/login'],
    ['http://shop.example/base/login?x', 'http://shop.example/login?x'],
    ['https://SHOP.example/base', 'https://SHOP.example/'],
  ])('%s is %s', (location, expected) => {
    expect(seen(location, { prefix: '/base' })).toBe(expected);
  });

  test.each(['/login', '/basement', 'http://a.internal:3000/login', '/base/../login', '/base/%2e%2e/login'])(
    '%s is not below it, and stays',
    (location) => {
      expect(seen(location, { prefix: '/base' })).toBe(location);
    },
  );
});

describe('no other host comes out of it', () => {
  test.each([
    ['http://a.internal:3000//evil.example/', '/.//evil.example/'],
    ['http://a.internal:3000/\\evil.example/', '/./\\evil.example/'],
    ['http://a.internal:3000/base//evil.example/', '/.//evil.example/'],
    ['/base//evil.example/', '/.//evil.example/'],
    ['/base/\t/evil.example/', '/./\t/evil.example/'],
  ])('%s is %s', (location, expected) => {
    const mapped = seen(location, { prefix: location.includes('/base') ? '/base' : '' });
    expect(mapped).toBe(expected);
    expect(new URL(mapped, 'http://shop.example/x').host).toBe('shop.example');
  });
});

describe('where we are mounted is put in front', () => {
  const mounted = { path: '/x', originalUrl: '/shop/x?y' };

  test.each([
    ['/login', '/shop/login'],
    ['http://a.internal:3000/login', '/shop/login'],
    ['http://shop.example/login', 'http://shop.example/shop/login'],
    ['/shop/login', '/shop/login'],
    ['/shopping', '/shop/shopping'],
  ])('%s is %s', (location, expected) => {
    expect(seen(location, mounted)).toBe(expected);
  });

  test.each<[string | undefined, string, string]>([
    [undefined, '/x', ''],
    ['/x', '/x', ''],
    ['/shop/x', '/x', '/shop'],
    ['/shop/x?y=/x', '/x?y=/x', '/shop'],
    ['/shop', '/', '/shop'],
    ['/shop?y', '/?y', '/shop'],
    ['/shop/', '/', '/shop'],
    ['http://a.example/shop/x', '/x', '/shop'],
    ['/other', '/x', ''],
  ])('of %s, %s is left: mounted at %j', (originalUrl, path, expected) => {
    expect(mountPathOf(originalUrl, path)).toBe(expected);
  });
});

describe('a rewritten prefix is put back', () => {
  test.each<[Record<string, string>, string, string, string]>([
    [{ '/api': '/v1' }, '/api/x', '/v1/login', '/api/login'],
    [{ '/api': '/v1' }, '/api/x', '/v1', '/api'],
    [{ '/api': '' }, '/api/x', '/login', '/api/login'],
    [{ '/api': '' }, '/api/x', '/', '/api/'],
    [{ '/': '/v1' }, '/x', '/v1/login', '/login'],
    [{ '/': '/v1' }, '/x', '/v1#y', '/#y'],
    // Asked for as it is, it would be the same there.
    [{ '/api': '/v1' }, '/api/x', '/login', '/login'],
    [{ '/api': '/v1' }, '/x', '/v1/login', '/v1/login'],
    // No path of the client's leads there.
    [{ '/api': '/v1' }, '/api/x', '/api/login', '/api/login'],
  ])('%j, asked for %s: %s is %s', (rewritePath, path, location, expected) => {
    expect(seen(location, { rewritePath, path })).toBe(expected);
  });

  test('behind the prefix of the backend, before that of the mount', () => {
    const given = {
      prefix: '/base',
      rewritePath: { '/api': '/v1' },
      path: '/api/x',
      originalUrl: '/shop/api/x',
    };
    expect(seen('/base/v1/login', given)).toBe('/shop/api/login');
  });

  test('what a pattern or a function did is not undone', () => {
    expect(seen('/v1/login', { rewritePath: [[/^\/api/, '/v1']], path: '/api/x' })).toBe('/v1/login');
  });
});
