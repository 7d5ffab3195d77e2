import { describe, expect, test } from 'vitest';
import { settleOptions } from '../../../src/options/settle.ts';
import { settleSources } from '../../../src/options/sources.ts';

async function* lists(): AsyncGenerator<string[]> {
  yield ['http://a'];
}

function kindsOf(given: unknown): string[] {
  return settleSources(given).sources.map((source) =>
    source.kind === 'lists' ? `lists ${source.name}` : `${source.kind} ${source.template.target.name}`,
  );
}

test('entries with discover, and iterables, are sources; all others are backends', () => {
  const given = [
    'http://a:1',
    { url: 'http://b:2', discover: 'dns' },
    { url: 'http://_c._tcp.test', discover: 'srv', name: 'c' },
    lists(),
    { url: 'http://d:3', discover: undefined },
  ];
  expect(settleSources(given).backends.map(({ target }) => target.name)).toEqual(['a:1', 'd:3']);
  expect(kindsOf(given)).toEqual(['dns b', 'srv c', 'lists backends[3]']);
});

test('the whole may be an iterable', () => {
  expect(kindsOf(lists())).toEqual(['lists backends']);
  expect(settleSources(lists()).backends).toEqual([]);
});

describe('what cannot be discovered', () => {
  test.each<[object, string]>([
    [{ url: 'http://a', discover: 'consul' }, 'backends[0].discover must be "dns" or "srv", got "consul"'],
    [{ url: 'http://a', discover: true }, 'backends[0].discover must be "dns" or "srv", got true'],
    [
      { url: 'http://10.0.0.1:80', discover: 'dns' },
      'backends[0].url must have a host name for discover: "dns", got "10.0.0.1"',
    ],
    [
      { url: 'http://[::1]:3000', discover: 'dns' },
      'backends[0].url must have a host name for discover: "dns", got "[::1]:3000"',
    ],
    [
      { url: 'http://a', socketPath: '/s', discover: 'dns' },
      'backends[0].socketPath must not be given with discover: "dns", got "/s"',
    ],
    [
      { url: 'http://a:3000', discover: 'srv' },
      'backends[0].url must not have a port for discover: "srv", got "3000"',
    ],
    [
      { url: 'https://a', discover: 'srv' },
      'backends[0].tls.servername must be given for https: with discover: "srv", got undefined',
    ],
    [{ url: 'ftp://a', discover: 'dns' }, 'backends[0].url must be an http:// or https:// URL'],
  ])('%o', (entry, complaint) => {
    expect(() => settleSources([entry])).toThrow(complaint);
  });

  test('in a list of an iterable, discover is unknown', () => {
    const [source] = settleSources(lists()).sources;
    const settle = source?.kind === 'lists' ? source.settle : undefined;
    expect(settle?.(['http://a'])).toHaveLength(1);
    expect(settle?.([])).toEqual([]);
    expect(() => settle?.([{ url: 'http://a', discover: 'dns' }])).toThrow(
      'unknown option a list of backends: [0].discover',
    );
    expect(() => settle?.(['http://a', 'http://a'])).toThrow(
      'a list of backends must have different names, got "a" twice',
    );
  });
});

test('what a function says of TLS is known later: it must name the server all the same', () => {
  const tlsOf = (tls: unknown) => {
    const [source] = settleSources([{ url: 'https://a', discover: 'srv', tls: () => tls }]).sources;
    const given = source?.kind === 'srv' ? source.template.target.tls : undefined;
    return () => (typeof given === 'function' ? given() : given);
  };
  expect(tlsOf({ servername: 'b', ca: 'c' })()).toEqual({ servername: 'b', ca: 'c' });
  for (const unnamed of [{ ca: 'c' }, undefined]) expect(tlsOf(unnamed)).toThrow('servername must be given');
});

test('names are unique across backends and sources', () => {
  const discovered = { url: 'http://a:3000', discover: 'dns' };
  expect(() => settleSources(['http://a', discovered])).toThrow('got "a" twice: set `name`');
  expect(() => settleSources(['http://a', { ...discovered, name: 'b' }])).not.toThrow();
});

test('a resolver must answer what it will be asked', () => {
  const resolver = { resolve4: () => undefined, resolve6: () => undefined };
  const options = (discover: 'dns' | 'srv') => ({ backends: [{ url: 'http://a', discover }], resolver });
  expect(() => settleOptions(options('dns'))).not.toThrow();
  expect(() => settleOptions(options('srv'))).toThrow(
    'resolver must be an object with a function resolveSrv(), got an object',
  );
});

describe('TTLs', () => {
  const settle = (discovery: object): unknown => settleOptions({ backends: ['http://a'], discovery });

  test('the floor is not above the ceiling', () => {
    expect(() => settle({ minTtlMs: 30_001 })).toThrow(
      'discovery.maxTtlMs must be at least discovery.minTtlMs (30001), got 30000',
    );
    expect(() => settle({ minTtlMs: 5_000, maxTtlMs: 5_000 })).not.toThrow();
  });

  test.each([{ minTtlMs: 99 }, { maxTtlMs: 99 }, { minTtlMs: Infinity }, { maxTtlMs: 86_400_001 }])(
    '%o is out of range',
    (discovery) => expect(() => settle(discovery)).toThrow(RangeError),
  );
});
