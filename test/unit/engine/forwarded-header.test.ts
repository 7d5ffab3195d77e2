import { describe, expect, test } from 'vitest';
import { valuesOf } from '../../../src/engine/headers.ts';
import { requestHeaders } from '../../../src/engine/request-headers.ts';
import { type FakeExchange, fakeExchange, fakeTarget } from '../../support/fake-exchange.ts';

const OURS = 'for=192.0.2.7;host=shop.example;proto=http';

function forwarded(given: FakeExchange, headers: object = {}): string[] {
  const settings = { headers: { forwarded: true, ...headers } };
  return valuesOf(
    requestHeaders(fakeExchange({ ...given, settings }), fakeTarget(), 'causeway'),
    'forwarded',
  );
}

const fromTrusted = (...rawHeaders: string[]): string[] => forwarded({ rawHeaders }, { trust: true });

test('is not written unless asked for; that of a trusted peer passes as it is', () => {
  const rawHeaders = ['Forwarded', 'for=a'];
  expect(forwarded({}, { forwarded: false })).toEqual([]);
  expect(forwarded({ rawHeaders }, { forwarded: false, trust: true })).toEqual(['for=a']);
});

test('says who asked, for what host, and how', () => {
  expect(forwarded({})).toEqual([OURS]);
  expect(forwarded({ encrypted: true, authority: undefined })).toEqual(['for=192.0.2.7;proto=https']);
});

test.each<[string | undefined, string]>([
  ['2001:db8::1', '"[2001:db8::1]"'],
  ['fe80::1%eth0', '"[fe80::1]"'],
  ['::1', '"[::1]"'],
  [undefined, 'unknown'],
])('a peer at %s is for=%s', (remoteAddress, node) => {
  expect(forwarded({ remoteAddress, authority: undefined })).toEqual([`for=${node};proto=http`]);
});

test.each([
  ['a.example', 'a.example'],
  ['a.example:8080', '"a.example:8080"'],
  ['[::1]:80', '"[::1]:80"'],
  ['a";for=6.6.6.6', '"a\\";for=6.6.6.6"'],
  ['a\\', '"a\\\\"'],
  ['a,for=6.6.6.6', '"a,for=6.6.6.6"'],
  ['', '""'],
])('the host %j is quoted where it has to be', (authority, written) => {
  expect(forwarded({ authority })).toEqual([`for=192.0.2.7;host=${written};proto=http`]);
});

test('what an untrusted client sent is replaced', () => {
  const rawHeaders = ['Forwarded', 'for=6.6.6.6', 'forwarded', 'for=7.7.7.7', 'X-Forwarded-For', '6.6.6.6'];
  expect(forwarded({ rawHeaders })).toEqual([OURS]);
});

describe('what a trusted peer sent comes first', () => {
  test.each([
    'for=203.0.113.9',
    'For="[2001:db8::9]:47011";Proto=https;by=_a1',
    'for=_hidden, for=unknown ; host="a,b;c=\\"d"',
    ';for=a;;',
    'for="a";host=b,for=c',
  ])('%s', (given) => {
    expect(fromTrusted('Forwarded', given)).toEqual([`${given}, ${OURS}`]);
  });

  test('in several lines', () => {
    expect(fromTrusted('Forwarded', 'for=a', 'Forwarded', 'for=b')).toEqual([`for=a, for=b, ${OURS}`]);
  });

  test.each([
    'for="a',
    'for="a\\"',
    'for=a b',
    'for',
    'for=',
    '=a',
    'for=a;host="b"c',
    ',',
    '"',
    'for=é',
    '',
  ])('unless it is malformed, and could swallow ours: %s', (given) => {
    expect(fromTrusted('Forwarded', given)).toEqual([OURS]);
  });

  test('is found out of a long one quickly', () => {
    const long = `${'for=a;,'.repeat(2_000)}"`;
    const startedAt = performance.now();
    expect(fromTrusted('Forwarded', long)).toEqual([OURS]);
    expect(fromTrusted('Forwarded', `for="${'\\\\'.repeat(8_000)}`)).toEqual([OURS]);
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});

describe('a trusted peer that knows X-Forwarded-* alone is translated', () => {
  test('with scheme and host where they belong: at the first hop', () => {
    const given = ['X-Forwarded-For', '203.0.113.9, 2001:db8::5', 'X-Forwarded-Proto', 'https'];
    expect(fromTrusted(...given, 'X-Forwarded-Host', 'a.example:1, b')).toEqual([
      `for=203.0.113.9;host="a.example:1";proto=https, for="[2001:db8::5]", ${OURS}`,
    ]);
  });

  test.each([
    ['203.0.113.9:4711', '"203.0.113.9:4711"'],
    ['[2001:db8::5]', '"[2001:db8::5]"'],
    ['[2001:db8::5]:80', '"[2001:db8::5]:80"'],
    ['_proxy-7', '_proxy-7'],
    ['unknown', 'unknown'],
    ['a.example', 'unknown'],
    ['1.2.3.4.5', 'unknown'],
    ['1.2.3.4:123456', 'unknown'],
    ['6.6.6.6";by=x', 'unknown'],
  ])('%s is for=%s', (member, node) => {
    expect(fromTrusted('X-Forwarded-For', member)).toEqual([`for=${node}, ${OURS}`]);
  });

  test('but not where it knows both', () => {
    expect(fromTrusted('X-Forwarded-For', '6.6.6.6', 'Forwarded', 'for=a')).toEqual([`for=a, ${OURS}`]);
  });

  test('a scheme that is none is left out', () => {
    expect(fromTrusted('X-Forwarded-For', '203.0.113.9', 'X-Forwarded-Proto', 'ht tp')).toEqual([
      `for=203.0.113.9, ${OURS}`,
    ]);
  });
});
