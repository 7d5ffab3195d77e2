import fc from 'fast-check';
import type { Target } from '../../src/engine/types.ts';
import { fakeTarget } from './fake-exchange.ts';

/** What would break out of JSON, HTML, a header, a terminal or a log, if anything let it. */
const HOSTILE = [
  '',
  ' ',
  '"',
  "'",
  '\\',
  '&',
  '&lt;',
  '<script>alert(1)</script>',
  '</strong></body><img src=x onerror=alert(1)>',
  '\r\nSet-Cookie: a=1\r\n\r\n<h1>',
  '\n',
  '\0',
  '\x1b[2J',
  '\x7f\x9b31m',
  '\u202e',
  '\u2028',
  '\ud800',
  'é',
  '😀',
  ';error=x, y',
  '`${x}`',
  '%0d%0a',
];

/** What a secret is, in a letter: no two can be the same text, whatever a failing case is shrunk to. */
type Kind = 'n' | 'h' | 'p' | 's' | 'v' | 'c' | 'm' | 'b' | 'w';

/** Letters by which a text is known again wherever it turns up: no text of ours contains them. */
const core = (kind: Kind): fc.Arbitrary<string> =>
  fc.stringMatching(/^[a-z]{6}$/).map((letters) => `zq${kind}${letters}qz`);

const hostile = fc.constantFrom(...HOSTILE);

/** A text chosen by somebody who means ill. */
export const hostileText = (kind: Kind): fc.Arbitrary<string> =>
  fc.tuple(hostile, core(kind), hostile).map((parts) => parts.join(''));

export const coreOf = (text: string): string => /zq[a-z]{7}qz/.exec(text)?.[0] ?? text;

const octet = fc.integer({ min: 1, max: 254 });
const address = fc.oneof(
  fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.')),
  fc.tuple(octet, octet).map(([a, b]) => `2001:db8:${a.toString(16)}::${b.toString(16)}f`),
);

/** A backend of which everything is a secret. */
export const secretTargets: fc.Arbitrary<Target> = fc
  .record({
    name: hostileText('n'),
    hostname: fc.oneof(address, core('h')),
    port: fc.integer({ min: 10_000, max: 65_535 }),
    prefix: core('p'),
    socketPath: fc.option(core('s'), { nil: undefined }),
    servername: core('v'),
    certificate: hostileText('c'),
  })
  .map(({ name, hostname, port, prefix, socketPath, servername, certificate }) =>
    fakeTarget(name, {
      origin: `https://${hostname}:${port}`,
      protocol: 'https:',
      hostname,
      port,
      host: `${hostname}:${port}`,
      prefix: `/${prefix}`,
      socketPath: socketPath && `/run/${socketPath}.sock`,
      tls: { servername, ca: certificate },
    }),
  );

/** By which words an answer would give away where a backend is: nobody is told that. */
export function whereaboutsOf({ hostname, port, prefix, socketPath, tls }: Target): string[] {
  const { servername, ca } = (typeof tls === 'function' ? tls() : tls) ?? {};
  const secrets = [hostname, String(port), prefix, socketPath, servername, coreOf(String(ca))];
  return secrets.filter((secret) => secret !== undefined);
}
