import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestHeaders } from '../../src/engine/request-headers.ts';
import { trailers } from '../../src/engine/response-headers.ts';
import { fakeExchange, fakeTarget } from '../support/fake-exchange.ts';
import { relayedHeaders } from '../support/fake-headers.ts';

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
];
const END_TO_END = [
  'Accept',
  'Cookie',
  'Authorization',
  'Content-Type',
  'ETag',
  'X-Custom',
  'Set-Cookie',
  'Vary',
];
const CUSTOM = ['X-One', 'X-Two', 'X-Three', '__proto__', 'constructor', 'X'.repeat(100)];
const PROTECTED = ['authorization', 'cookie', 'content-type', 'set-cookie', 'vary'];

const OURS = /^(?:host|x-forwarded-(?:for|proto|host)|via|x-request-id)$/i;
/** Of these, something else is said elsewhere. */
const RESERVED =
  /^(?:connection|content-length|expect|forwarded|x-real-ip|x-forwarded-.*|proxy-(?:cause|attempts))$/i;

const spelled = (name: string): fc.Arbitrary<string> =>
  fc
    .infiniteStream(fc.boolean())
    .map((upper) =>
      [...name]
        .map((letter) => (upper.next().value === true ? letter.toUpperCase() : letter.toLowerCase()))
        .join(''),
    );
const tokens = fc
  .stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/)
  .filter((name) => !OURS.test(name) && !RESERVED.test(name));
const names = fc.oneof(
  fc.constantFrom(...HOP_BY_HOP.slice(1), ...END_TO_END, ...CUSTOM).chain(spelled),
  tokens,
);
const lines = fc.array(
  fc.tuple(
    names,
    fc.stringMatching(/^[a-z0-9 ;=]{0,12}$/).map((value) => value.trim()),
  ),
  { maxLength: 30 },
);
const nominations = fc.array(
  fc.oneof(fc.constantFrom(...END_TO_END, ...CUSTOM, 'close').chain(spelled), tokens),
  {
    maxLength: 4,
  },
);

/** What may be left after the hop, in order. */
function endToEnd(given: readonly (readonly [string, string])[], nominated: readonly string[]): string[] {
  const gone = new Set([
    ...HOP_BY_HOP,
    ...nominated.map((name) => name.toLowerCase()).filter((name) => !PROTECTED.includes(name)),
  ]);
  return given.filter(([name]) => !gone.has(name.toLowerCase())).flat();
}

function withoutOurs(headers: readonly string[]): string[] {
  const rest: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (!OURS.test(String(headers[i]))) rest.push(String(headers[i]), String(headers[i + 1]));
  }
  return rest;
}

test('towards the backend: nothing hop-by-hop survives, nothing else is lost, order and spelling stay', () => {
  fc.assert(
    fc.property(lines, nominations, (given, nominated) => {
      const connection = nominated.length > 0 ? ['Connection', nominated.join(', ')] : [];
      const exchange = fakeExchange({ rawHeaders: [...connection, ...given.flat()] });
      expect(withoutOurs(requestHeaders(exchange, fakeTarget(), 'causeway'))).toEqual(
        endToEnd(given, nominated),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('towards the client, too', () => {
  fc.assert(
    fc.property(lines, nominations, (given, nominated) => {
      const connection = nominated.length > 0 ? nominated.join(', ') : undefined;
      const connectionLine = connection === undefined ? [] : ['Connection', connection];
      const headers = relayedHeaders([...connectionLine, ...given.flat()], connection);
      expect(withoutOurs(headers)).toEqual(endToEnd(given, nominated));
    }),
    { numRuns: 1_000 },
  );
});

test('in trailers, neither hop-by-hop fields nor those that framing, routing and caches go by', () => {
  const forbidden = [...HOP_BY_HOP, 'content-length', 'host', 'set-cookie', 'authorization', 'cache-control'];
  fc.assert(
    fc.property(
      lines,
      fc.subarray(forbidden).chain((some) => fc.tuple(...some.map(spelled))),
      (given, bad) => {
        const allowed = given.filter(([name]) => !forbidden.includes(name.toLowerCase()));
        const harmless = allowed.filter(([name]) => !/^(?:content-type|vary|via)$/i.test(name));
        const sent = [...bad.flatMap((name) => [name, 'x']), ...harmless.flat()];
        const kept = trailers(sent.map((text) => ({ latin1Slice: () => text })));
        expect(kept ?? []).toEqual(harmless.flat());
      },
    ),
  );
});
