import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestHeaders } from '../../src/engine/request-headers.ts';
import { fakeExchange, fakeTarget } from '../support/fake-exchange.ts';

/** Names by which a client may try to say who it is, to whoever takes `_` for `-`. */
const FORWARDING = [
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-real-ip',
  'x-request-id',
  'forwarded',
  'content-length',
  'transfer-encoding',
  'proxy-authorization',
];
const OTHER = ['accept', 'x-custom', 'x_custom', 'x-forward', 'real-ip', 'xforwardedfor', 'cookie'];

const spelled = (name: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: name.length, maxLength: name.length })
    .map((choices) =>
      [...name]
        .map((letter, index) => {
          const [upper, under] = choices[index] ?? [false, false];
          if (letter === '-') return under ? '_' : '-';
          return upper ? letter.toUpperCase() : letter;
        })
        .join(''),
    );
const value = fc.stringMatching(/^[!-~]{1,12}$/);
const lines = fc.array(fc.tuple(fc.constantFrom(...FORWARDING, ...OTHER).chain(spelled), value), {
  maxLength: 12,
});
const nominated = fc.array(fc.constantFrom(...FORWARDING).chain(spelled), { maxLength: 4 });

function pairsOf(headers: readonly string[]): [string, string][] {
  return headers.flatMap((name, i) =>
    i % 2 === 0
      ? [[name.toLowerCase().replaceAll('_', '-'), String(headers[i + 1])] as [string, string]]
      : [],
  );
}

test('whoever is not trusted says nothing of itself, in whatever spelling; what is ours is there once', () => {
  fc.assert(
    fc.property(lines, nominated, fc.boolean(), (given, names, forwarded) => {
      const rawHeaders = ['Connection', names.join(', '), ...given.flat()];
      const exchange = fakeExchange({ rawHeaders, settings: { headers: { forwarded } } });
      const sent = pairsOf(requestHeaders(exchange, fakeTarget(), 'causeway'));
      const forwarding = sent.filter(([name]) => FORWARDING.includes(name));
      expect(forwarding).toEqual([
        ['x-forwarded-for', '192.0.2.7'],
        ['x-forwarded-proto', 'http'],
        ['x-forwarded-host', 'shop.example'],
        ...(forwarded ? [['forwarded', 'for=192.0.2.7;host=shop.example;proto=http']] : []),
        ['x-request-id', 'request-1'],
      ]);
      const others = given.filter(([name]) => OTHER.some((other) => sameName(other, name)));
      expect(sent.filter(([name]) => OTHER.some((other) => sameName(other, name)))).toHaveLength(
        others.length,
      );
    }),
    { numRuns: 1_000 },
  );
});

function sameName(one: string, other: string): boolean {
  return one.replaceAll('_', '-') === other.toLowerCase().replaceAll('_', '-');
}

test('a trusted chain is kept, ours is its last member, and underscores are nobody', () => {
  const member = fc.ipV4();
  fc.assert(
    fc.property(fc.array(member, { minLength: 1, maxLength: 5 }), member, (chain, twin) => {
      const rawHeaders = [...chain.flatMap((one) => ['X-Forwarded-For', one]), 'X_Forwarded_For', twin];
      const exchange = fakeExchange({ rawHeaders, settings: { headers: { trust: true } } });
      const sent = pairsOf(requestHeaders(exchange, fakeTarget(), 'causeway'));
      expect(sent.filter(([name]) => name === 'x-forwarded-for')).toEqual([
        ['x-forwarded-for', [...chain, '192.0.2.7'].join(', ')],
      ]);
    }),
  );
});

/** RFC 7239 section 4, read letter by letter. Throws where it is malformed. */
function parseForwarded(text: string): Record<string, string>[] {
  const elements: Record<string, string>[] = [{}];
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) throw new Error(`malformed at ${at}: ${text}`);
    at = pattern.lastIndex;
    return match[0];
  };
  while (at < text.length) {
    const name = take(/[\w!#$%&'*+.^`|~-]+/y).toLowerCase();
    take(/=/y);
    const raw = text[at] === '"' ? take(/"(?:[^"\\]|\\.)*"/y) : take(/[\w!#$%&'*+.^`|~-]+/y);
    const plain = raw.startsWith('"') ? raw.slice(1, -1).replace(/\\(.)/g, '$1') : raw;
    Object.assign(elements.at(-1) ?? {}, { [name]: plain });
    if (at === text.length) break;
    if (take(/;|, */y).startsWith(',')) elements.push({});
  }
  return elements;
}

test('Forwarded can be read by whoever keeps to RFC 7239, and our member says what is true', () => {
  const text = fc.string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  });
  const claim = fc.oneof(
    text,
    fc.constantFrom('for=a', 'for="', '"', 'for=a;host="b\\', 'for="[::1]:1", for=_x'),
  );
  const peer = fc.option(fc.oneof(fc.ipV4(), fc.ipV6()), { nil: undefined });
  fc.assert(
    fc.property(peer, fc.option(text, { nil: undefined }), claim, claim, fc.boolean(), (...given) => {
      const [remoteAddress, authority, forwardedFor, forwarded, isChain] = given;
      const rawHeaders = [isChain ? 'X-Forwarded-For' : 'X-Other', forwardedFor, 'Forwarded', forwarded];
      const settings = { headers: { trust: true, forwarded: true } };
      const exchange = fakeExchange({ remoteAddress, authority, rawHeaders, settings });
      const [value = ''] = pairsOf(requestHeaders(exchange, fakeTarget(), 'a')).flatMap(([name, text]) =>
        name === 'forwarded' ? [text] : [],
      );
      const node = remoteAddress === undefined ? 'unknown' : nodeOf(remoteAddress);
      const wanted = { for: node, ...(authority !== undefined && { host: authority }), proto: 'http' };
      // What the peer sent is well-formed by a laxer rule; ours stands behind it, on its own.
      const ours = value.slice(value.lastIndexOf('for=' + (node.startsWith('[') ? '"' : '') + node));
      expect(parseForwarded(ours)).toEqual([wanted]);
      if (ours !== value) expect(value.slice(0, -ours.length)).toMatch(/^(?:[^"]|"(?:[^"\\]|\\.)*")*, $/s);
    }),
    { numRuns: 2_000 },
  );
});

function nodeOf(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
