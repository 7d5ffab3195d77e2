import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_REWRITES } from '../../src/engine/rewrite/none.ts';
import { rewriteCookie } from '../../src/engine/rewrite/cookies.ts';
import { HeadHeaders } from '../../src/engine/rewrite/header-edits.ts';
import { clientLocation } from '../../src/engine/rewrite/location.ts';
import { prefixRewrite, rewrittenPath } from '../../src/engine/rewrite/path.ts';
import { guard } from '../../src/layers/guard.ts';
import { failed } from '../../src/failure/failed.ts';
import { settleRewrite } from '../../src/options/rewrite.ts';
import { fakeExchange, fakeRequest, fakeTarget } from '../support/fake-exchange.ts';

const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'api', 'v1', '') },
  fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '.%2E',
    '%2e',
    '..;x',
    '%2f..%2f',
    '\\..\\',
    '...',
    '%5c..',
    '..%2f',
    '*',
    '@',
  ),
);
const clean = fc.constantFrom('a', 'b', 'api', 'v1', 'x.y');
const pathOf = (part: fc.Arbitrary<string>, minLength = 0): fc.Arbitrary<string> =>
  fc.array(part, { minLength, maxLength: 5 }).map((parts) => `/${parts.join('/')}`);
const query = fc.constantFrom('', '?', '?x=1', '?u=/../', '?/api');
const asked = fc.tuple(pathOf(segment), query).map((parts) => parts.join(''));
const prefix = fc.oneof(fc.constant(''), pathOf(clean, 1));
const rules = fc.array(fc.tuple(prefix, prefix), { minLength: 1, maxLength: 3 });

test("a rewritten path stays below the backend's prefix, whatever the client asks for", async () => {
  let refused = 0;
  const property = fc.asyncProperty(asked, prefix, rules, async (path, base, given) => {
    const rewrite = prefixRewrite(given);
    const options = Object.fromEntries(given.map(([from, to]) => [from || '/', to]));
    const exchange = fakeExchange({ path, settings: { rewrite: { path: options } } });
    const outcome = await guard({ name: 'a', requestBytes: Infinity })(() =>
      Promise.resolve(failed('gateway_error')),
    )(exchange);
    if (outcome.kind === 'failed' && outcome.cause === 'request_rejected') return void (refused += 1);
    const sent = base + rewrittenPath(rewrite, fakeRequest({ path }));
    // A server may take dots, hidden dots and backslashes for what browsers take them for, and hidden slashes too.
    const { pathname } = new URL(`http://a.test${sent.replace(/%2f|%5c/gi, '/')}`);
    expect(`${pathname}/`.startsWith(`${base}/`)).toBe(true);
  });
  await fc.assert(property, { numRuns: 3_000 });
  expect(refused).toBeGreaterThan(100);
});

test('where a rewritten path leads back to is where the client had come from', () => {
  fc.assert(
    fc.property(pathOf(clean), query, prefix, rules, prefix, (pathname, search, base, given, mount) => {
      const path = pathname + search;
      const options = Object.fromEntries(given.map(([from, to]) => [from || '/', to]));
      const rewrite = { path: options, location: true };
      const exchange = fakeExchange({ path, originalUrl: mount + path, settings: { rewrite } });
      const settings = settleRewrite(rewrite, NO_REWRITES);
      if (!settings.path) throw new Error('it is off');
      const target = fakeTarget('a', { prefix: base });
      const sent = base + rewrittenPath(settings.path, exchange.request);
      const back = clientLocation(target.origin + sent, exchange, target);
      const bare = (url: string): string => url.replace(/^([^?]*?)\/?(?=$|\?)/, '$1');
      // A client path that begins like the mount path is taken for one that has it.
      if (mount !== '' && `${pathname}/`.startsWith(`${mount}/`)) return;
      expect(bare(back)).toBe(bare(mount + path));
    }),
    { numRuns: 2_000 },
  );
});

const CLIENT = 'http://shop.example/x/y';
const piece = fc.constantFrom(
  'http:',
  'https:',
  '//',
  '/',
  '\\',
  'a.internal:3000',
  'a.internal',
  'evil.example',
  'shop.example',
  '@',
  ':80',
  '/base',
  '/base/',
  '..',
  '%2e%2e',
  '\t',
  '?q',
  '#f',
  'x',
  '',
);

test('a mapped Location leads to the client, or where it led before: never to a third party', () => {
  let mapped = 0;
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 7 }),
      prefix,
      prefix,
      fc.boolean(),
      (pieces, base, mount, isFull) => {
        const location = (isFull ? 'http://a.internal:3000/base' : '') + pieces.join('');
        const settings = { rewrite: { location: true } };
        const exchange = fakeExchange({ path: '/x', originalUrl: `${mount}/x`, settings });
        const target = fakeTarget('a', { prefix: isFull ? '/base' : base });
        const result = clientLocation(location, exchange, target);
        if (result === location) return;
        mapped += 1;
        const { host } = new URL(result, CLIENT);
        expect(host).toBe('shop.example');
      },
    ),
    { numRuns: 5_000 },
  );
  expect(mapped).toBeGreaterThan(500);
});

/** RFC 6265 section 5.2, without what user agents do to it later. */
function parseCookie(text: string): { pair: string; attributes: [string, string][] } {
  const [pair = '', ...rest] = text.split(';');
  const attributes = rest.map((part): [string, string] => {
    const at = part.indexOf('=');
    return at < 0
      ? [part.trim().toLowerCase(), '']
      : [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
  });
  return { pair, attributes };
}

test('of a cookie, Domain and Path change as they were told to, and nothing else', () => {
  const word = fc.constantFrom(
    'a',
    'Domain',
    'path',
    'PATH',
    '=',
    ' ',
    '"',
    ',',
    '/base',
    '/base/x',
    'a.internal',
    '; ',
    ';',
  );
  const cookie = fc.array(word, { maxLength: 20 }).map((words) => words.join(''));
  const { cookies } = settleRewrite(
    { cookies: { domain: { 'a.internal': 'shop.example' }, path: { '/base': '/', '/': '' } } },
    NO_REWRITES,
  );
  if (!cookies) throw new Error('they are off');
  fc.assert(
    fc.property(cookie, (text) => {
      const before = parseCookie(text);
      const after = parseCookie(rewriteCookie(text, cookies, fakeRequest()));
      const expected = before.attributes.flatMap(([name, value]): [string, string][] => {
        if (name === 'domain' && value === 'a.internal') return [[name, 'shop.example']];
        if (name !== 'path') return [[name, value]];
        if (value === '/base') return [[name, '/']];
        if (value.startsWith('/base/')) return [[name, value.slice(5)]];
        // All other paths go; what is none stays.
        return value.startsWith('/') ? [] : [[name, value]];
      });
      expect(after).toEqual({ pair: before.pair, attributes: expected });
    }),
    { numRuns: 3_000 },
  );
});

test('whatever is done to a head, it stays one, with its framing as it was', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'Host',
      'content-length',
      'Transfer-Encoding',
      'Connection',
      'X-A',
      'x-a',
      'Cookie',
      'Via',
      'content_length',
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const value = fc.oneof(
    fc.constantFrom('1', '', 'a\r\nX-B: c', 'b.example'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const change = fc.tuple(fc.constantFrom('set', 'append', 'delete'), name, value);
  const framing = ['Host', 'a', 'Content-Length', '3', 'Via', '1.1 a'];
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const lines = [...framing, 'X-A', '0', 'Cookie', 'c=1'];
      const headers = new HeadHeaders(lines, 'request');
      for (const [method, given, text] of changes) {
        try {
          if (method === 'delete') headers.delete(given);
          else headers[method as 'set' | 'append'](given, text);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }
      expect(lines.length % 2).toBe(0);
      for (let i = 0; i < lines.length; i += 2) {
        expect(lines[i]).toMatch(/^[\w!#$%&'*+.^`|~-]+$/);
        expect(lines[i + 1]).toMatch(/^[^\0-\x08\n-\x1f\x7f\u0100-\uffff]*$/);
      }
      const count = (wanted: RegExp): number =>
        lines.filter((line, i) => i % 2 === 0 && wanted.test(line)).length;
      expect([count(/^host$/i), count(/^content.length$/i), count(/^via$/i)]).toEqual([1, 1, 1]);
      expect(count(/^(?:transfer-encoding|connection)$/i)).toBe(0);
      expect(lines[lines.indexOf('Content-Length') + 1]).toBe('3');
    }),
    { numRuns: 2_000 },
  );
});
