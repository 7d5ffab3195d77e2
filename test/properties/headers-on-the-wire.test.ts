import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sendRaw } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { startRecorder } from '../support/live-recorder.ts';

const RUNS = 60;

const HOP_BY_HOP = [
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'proxy-authenticate',
  'proxy-authorization',
];
/** Said by the gateway, by Node or by a framework, or of the message itself. */
const OF_THE_WAY =
  /^(?:host|connection|content-length|transfer-encoding|keep-alive|date|expect|upgrade|via|forwarded|x-request-id|x-real-ip|x-powered-by|x-forwarded-.*|proxy-(?:cause|attempts|status))$/i;

const names = fc.oneof(
  fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/).filter((name) => !OF_THE_WAY.test(name)),
  fc.constantFrom('Accept', 'Cookie', 'X-A', 'ETag', 'Set-Cookie', 'Vary', '__proto__', ...HOP_BY_HOP),
);
const values = fc.stringMatching(
  /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]{0,40}[\x21-\x7e\x80-\xff])?$/,
);
const lines = fc.array(fc.tuple(names, values), { maxLength: 12 });

/** Node writes several of these as one, even in a response, where they mean nothing. */
const answers = lines.map((given) => given.filter(([name]) => name.toLowerCase() !== 'cookie'));

const isKept = (name: string): boolean => !OF_THE_WAY.test(name) && !HOP_BY_HOP.includes(name.toLowerCase());

/** In order for each name: how lines of different names are mixed says nothing. */
function byName(given: Iterable<readonly [string, string]>): Record<string, string[]> {
  const found = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of given) {
    if (isKept(name)) (found[name.toLowerCase()] ??= []).push(value);
  }
  return found;
}

const split = (line: string): [string, string] => {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')];
};

const textOf = (given: readonly (readonly [string, string])[]): string => {
  return given.map(([name, value]) => `${name}: ${value}\r\n`).join('');
};

describe.each(ADAPTERS)('whatever headers are sent, %s', (adapter) => {
  test('both ways, all but hop-by-hop ones arrive, and no others', async () => {
    let answer = '';
    const backend = await startRecorder(() => answer);
    const gateway = await startGateway(adapter, { backends: [backend.url], retry: false });
    await fc.assert(
      fc.asyncProperty(lines, answers, async (asked, answered) => {
        answer = `HTTP/1.1 200 OK\r\n${textOf(answered)}Content-Length: 0\r\n\r\n`;
        const request = `GET / HTTP/1.1\r\nHost: a\r\n${textOf(asked)}Connection: close\r\n\r\n`;
        const { text } = await sendRaw(gateway.port, request);
        const [status, ...got] = text.replace(/(?:\r\n)+$/, '').split('\r\n');
        expect(status).toBe('HTTP/1.1 200 OK');
        const arrived = backend.requests.at(-1)?.headers ?? expect.fail();
        expect(byName(arrived.map(split))).toEqual(byName(asked));
        expect(byName(got.map(split))).toEqual(byName(answered));
        for (const [name] of [...arrived, ...got].map(split)) {
          expect(HOP_BY_HOP).not.toContain(name.toLowerCase());
        }
      }),
      { numRuns: RUNS },
    );
    expect(backend.strays()).toEqual([]);
  });
});
