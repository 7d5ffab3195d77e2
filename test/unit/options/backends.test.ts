import { describe, expect, test } from 'vitest';
import { settleSources } from '../../../src/options/sources.ts';

const target = (backend: unknown) => settleSources([backend]).backends[0]?.target;

test('a plain URL is enough', () => {
  expect(settleSources(['http://10.0.0.1:3000']).backends).toEqual([
    {
      weight: 1,
      tier: 0,
      target: {
        name: '10.0.0.1:3000',
        origin: 'http://10.0.0.1:3000',
        protocol: 'http:',
        hostname: '10.0.0.1',
        port: 3_000,
        alpn: ['http/1.1'],
        host: '10.0.0.1:3000',
        prefix: '',
        tls: undefined,
        socketPath: undefined,
      },
    },
  ]);
});

test.each([
  ['http://a', 80],
  ['https://a', 443],
  ['https://a:8443', 8_443],
])('%s is port %i', (url, port) => {
  expect(target(url)?.port).toBe(port);
});

test.each([
  ['http://a', ''],
  ['http://a/', ''],
  ['http://a/base', '/base'],
  ['http://a/base/', '/base'],
  ['http://a/base//', '/base'],
  ['http://a/b/c', '/b/c'],
])('the path of %s is the prefix %j', (url, prefix) => {
  expect(target(url)?.prefix).toBe(prefix);
});

test('an IPv6 address loses its brackets where it is dialled, not where it is shown', () => {
  expect(target('http://[::1]:3000')).toMatchObject({ hostname: '::1', host: '[::1]:3000' });
});

test('everything that can be said of one', () => {
  const tls = { servername: 'x' };
  const [settled] = settleSources([
    { url: 'https://a', name: 'n', weight: 2.5, tls, socketPath: '/s' },
  ]).backends;
  expect(settled?.weight).toBe(2.5);
  expect(settled?.target).toMatchObject({ name: 'n', tls, socketPath: '/s' });
  expect(Object.isFrozen(settled?.target)).toBe(true);
});

describe('refused', () => {
  test.each([undefined, null, [], 'http://a', {}])('%j: no list of them', (given) => {
    expect(() => settleSources(given)).toThrow(/^backends must be an array with at least one URL/);
  });

  test.each(['ftp://a', 'ws://a', 'file:///a', 'localhost:3000'])('%s: another protocol', (url) => {
    expect(() => settleSources([url])).toThrow(/^backends\[0\] must be an http:\/\/ or https:\/\/ URL/);
  });

  test.each(['', 'a', '//a', 'http://', 'http://a:99999', 'http://a b'])('%j: no URL', (url) => {
    expect(() => settleSources([url])).toThrow(/^backends\[0\] must be an http:\/\/ or https:\/\/ URL/);
  });

  test.each([5, null, undefined, []])('%j: no backend', (given) => {
    expect(() => settleSources(['http://a', given])).toThrow(/^backends\[1\] must be an object/);
  });

  test('an object without a URL', () => {
    expect(() => settleSources([{ name: 'a' }])).toThrow(/^backends\[0\]\.url must be/);
  });

  test('an IPv6 zone id, readably', () => {
    expect(() => settleSources(['http://[fe80::1%eth0]:80'])).toThrow(
      'backends[0] must not have an IPv6 zone id',
    );
  });

  test.each([
    ['http://user@a', 'username'],
    ['http://:s3cret@a', 'password'],
    ['http://user:s3cret@a', 'username'],
    ['http://a?s3cret', 'search'],
    ['http://a#s3cret', 'hash'],
  ])('%s: a URL with more in it, which is not echoed', (url, part) => {
    expect(() => settleSources([url])).toThrow(`backends[0] must not have a ${part}`);
    try {
      settleSources([url]);
    } catch (error) {
      expect(String(error)).not.toContain('s3cret');
    }
  });

  test('two of one name, unless they are told apart', () => {
    expect(() => settleSources(['http://a/x', 'http://a/y'])).toThrow(
      'backends must have different names, got "a" twice: set `name`',
    );
    expect(() => settleSources(['http://a/x', { url: 'http://a/y', name: 'b' }])).not.toThrow();
  });

  test.each([0, -1, 1_001, '2', NaN])('weight %j', (weight) => {
    expect(() => settleSources([{ url: 'http://a', weight }])).toThrow(/^backends\[0\]\.weight must be/);
  });

  test.each(['', 5, null])('name and socketPath %j', (text) => {
    expect(() => settleSources([{ url: 'http://a', name: text }])).toThrow(/^backends\[0\]\.name must be/);
    expect(() => settleSources([{ url: 'http://a', socketPath: text }])).toThrow(
      /^backends\[0\]\.socketPath must be/,
    );
  });
});

test('a version of HTTP that cannot be agreed on without TLS', () => {
  const backend = { url: 'http://10.0.0.1', protocol: 'alpn' };
  expect(() => settleSources([backend])).toThrow(
    'backends[0].protocol must be "http/1.1" or "h2" for an http:// URL, got "alpn"',
  );
  expect(() => settleSources([{ ...backend, protocol: 'h3' }])).toThrow(
    'backends[0].protocol must be "http/1.1" or "h2" or "alpn", got "h3"',
  );
});
