import { describe, expect, test } from 'vitest';
import type { CookieOptions } from 'causeway-proxy';
import { HookError } from '../../../../src/engine/hooks.ts';
import { rewriteCookie } from '../../../../src/engine/rewrite/cookies.ts';
import { NO_REWRITES } from '../../../../src/engine/rewrite/none.ts';
import { settleRewrite } from '../../../../src/options/rewrite.ts';
import { fakeRequest } from '../../../support/fake-exchange.ts';

function rewritten(cookie: string, cookies: CookieOptions): string {
  const { cookies: settings } = settleRewrite({ cookies }, NO_REWRITES);
  return settings ? rewriteCookie(cookie, settings, fakeRequest({ path: '/x' })) : cookie;
}

describe('domains', () => {
  const domain = { 'a.internal': 'shop.example', '.b.internal': '.b.example', 'c.internal': '' };

  test.each([
    ['a=1; Domain=a.internal; Path=/', 'a=1; Domain=shop.example; Path=/'],
    ['a=1;domain=.A.INTERNAL', 'a=1;domain=shop.example'],
    ['a=1;  DOMAIN = b.internal ;Secure', 'a=1;  DOMAIN = .b.example;Secure'],
    ['a=1; Domain=c.internal; Secure', 'a=1; Secure'],
    ['a=1; Domain=a.internal; Domain=c.internal', 'a=1; Domain=shop.example'],
  ])('%s is %s', (cookie, expected) => {
    expect(rewritten(cookie, { domain })).toBe(expected);
  });

  test('a star is for all others', () => {
    const all = { ...domain, '*': 'rest.example' };
    expect(rewritten('a=1; Domain=other', { domain: all })).toBe('a=1; Domain=rest.example');
    expect(rewritten('a=1; Domain=a.internal', { domain: all })).toBe('a=1; Domain=shop.example');
    expect(rewritten('a=1; Domain=', { domain: all })).toBe('a=1; Domain=rest.example');
  });
});

describe('paths', () => {
  const path = { '/base/': '/', '/old': '/new', '/gone': '' };

  test.each([
    ['a=1; Path=/base', 'a=1; Path=/'],
    ['a=1; Path=/base/app', 'a=1; Path=/app'],
    ['a=1; path=/old/x; HttpOnly', 'a=1; path=/new/x; HttpOnly'],
    ['a=1; Path=/gone/x; HttpOnly', 'a=1; HttpOnly'],
  ])('%s is %s', (cookie, expected) => {
    expect(rewritten(cookie, { path })).toBe(expected);
  });
});

describe('nothing else is touched', () => {
  test.each([
    'a=1',
    'a=1; Domain=other.example; Path=/other',
    'a=1; Path=/basement',
    'a=1; Path',
    'a=Path=/base',
    'Path=/base',
    'domain=a.internal; Secure',
    'a="x, Path=/base"; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
    'a=1; X-Path=/base; Comment=Domain=a.internal',
    '  a = 1 ;;  ; HttpOnly=  ',
    '__Host-a=1; Path=/; Secure',
    '',
    ';',
  ])('%j', (cookie) => {
    const cookies = { domain: { 'a.internal': 'x' }, path: { '/base': '/x' } };
    expect(rewritten(cookie, cookies)).toBe(cookie);
  });

  test('a __Host- cookie, even where all others change', () => {
    const cookie = '__host-a=1; Path=/; Secure';
    expect(rewritten(cookie, { path: { '*': '/app' } })).toBe(cookie);
    expect(rewritten('__Secure-a=1; Path=/', { path: { '*': '/app' } })).toBe('__Secure-a=1; Path=/app');
  });

  test('quotes do not hide an attribute, as they do not from browsers', () => {
    expect(rewritten('a="1; Path=/base"; b', { path: { '*': '/x' } })).toBe('a="1; Path=/x; b');
  });
});

describe('functions', () => {
  test('are given the value and the request; undefined leaves it', () => {
    const path = (value: string, request: { path: string }) => `${value}${request.path}`;
    expect(rewritten('a=1; Path=/base', { path })).toBe('a=1; Path=/base/x');
    expect(rewritten('a=1; Path=/a b', { path: () => undefined })).toBe('a=1; Path=/a b');
    expect(rewritten('a=1; Domain=a', { domain: () => '' })).toBe('a=1');
  });

  test.each<[keyof CookieOptions, unknown]>([
    ['path', '/; HttpOnly'],
    ['path', '/a\r\nX: y'],
    ['path', 'a'],
    ['path', 5],
    ['path', Promise.resolve('/')],
    ['domain', 'a.example; Secure'],
    ['domain', 'a b'],
    ['domain', null_()],
  ])('a %s of %j is refused', (which, given) => {
    const run = () => rewritten('a=1; Path=/x; Domain=b', { [which]: () => given });
    expect(run).toThrow(HookError);
    expect(run).toThrow(`rewrite.cookies.${which}`);
  });

  function null_(): unknown {
    return { toString: () => 'a' };
  }
});
