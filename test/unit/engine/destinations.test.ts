import { describe, expect, test } from 'vitest';
import type { DestinationOptions } from 'causeway-proxy';
import { settleDestinations } from '../../../src/options/destinations.ts';

/** What an address is taken for; undefined: it may be connected to. */
function refusal(address: string, options: DestinationOptions = {}, hostname = 'api.test') {
  return settleDestinations(options)?.refusalOf({ hostname }, address);
}

const LOCAL: readonly [string, string][] = [
  ['127.0.0.1', 'a loopback address'],
  ['127.255.0.9', 'a loopback address'],
  ['::1', 'a loopback address'],
  ['10.0.0.1', 'an address of a private network'],
  ['172.16.0.1', 'an address of a private network'],
  ['172.31.255.255', 'an address of a private network'],
  ['192.168.1.1', 'an address of a private network'],
  ['100.64.0.1', 'an address of a private network'],
  ['100.127.255.255', 'an address of a private network'],
  ['fc00::1', 'an address of a private network'],
  ['fdff::1', 'an address of a private network'],
];
const RESERVED: readonly [string, string][] = [
  ['169.254.169.254', 'an address of a cloud metadata service'],
  ['100.100.100.200', 'an address of a cloud metadata service'],
  ['168.63.129.16', 'an address of a cloud metadata service'],
  ['fd00:ec2::254', 'an address of a cloud metadata service'],
  ['fd20:ce::254', 'an address of a cloud metadata service'],
  ['169.254.0.1', 'a link-local address'],
  ['fe80::1', 'a link-local address'],
  ['fe80::1%eth0', 'a link-local address'],
  ['febf::1', 'a link-local address'],
  ['0.0.0.0', 'a reserved address'],
  ['0.1.2.3', 'a reserved address'],
  ['192.0.0.192', 'a reserved address'],
  ['192.0.2.1', 'a reserved address'],
  ['198.18.0.1', 'a reserved address'],
  ['224.0.0.1', 'a reserved address'],
  ['240.0.0.1', 'a reserved address'],
  ['255.255.255.255', 'a reserved address'],
  ['::', 'a reserved address'],
  ['::8.8.8.8', 'a reserved address'],
  ['::ffff:0:8.8.8.8', 'a reserved address'],
  ['64:ff9b:1::8.8.8.8', 'a reserved address'],
  ['100::1', 'a reserved address'],
  ['2001::1', 'a reserved address'],
  ['2001:db8::1', 'a reserved address'],
  ['3fff::1', 'a reserved address'],
  ['fec0::1', 'a reserved address'],
  ['ff02::1', 'a reserved address'],
  ['4000::1', 'a reserved address'],
];
const PUBLIC = [
  '8.8.8.8',
  '172.15.255.255',
  '172.32.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '169.253.255.255',
  '223.255.255.255',
  '2606:4700::1111',
  '2001:4860:4860::8888',
];

test.each([...LOCAL, ...RESERVED])('%s is %s', (address, what) => {
  expect(refusal(address)).toBe(what);
});

test.each(PUBLIC)('%s is a public one', (address) => {
  expect(refusal(address)).toBeUndefined();
});

test.each(LOCAL)('private allows %s', (address) => {
  expect(refusal(address, { private: true })).toBeUndefined();
});

test.each(RESERVED)('private does not allow %s', (address, what) => {
  expect(refusal(address, { private: true })).toBe(what);
});

describe('an IPv4 address in an IPv6 one', () => {
  const mapped = (address: string): string => `::ffff:${address}`;

  test.each([...LOCAL, ...RESERVED].filter(([address]) => !address.includes(':')))(
    'mapped: %s is still %s',
    (address, what) => {
      expect(refusal(mapped(address))).toBe(what);
      expect(refusal(`0:0:0:0:0:FFFF:${address}`)).toBe(what);
    },
  );

  test('mapped: a public one is public, a listed one is listed', () => {
    expect(refusal('::ffff:8.8.8.8')).toBeUndefined();
    expect(refusal('::ffff:10.0.0.1', { allow: ['10.0.0.0/8'] })).toBeUndefined();
    expect(refusal('10.0.0.1', { allow: ['::ffff:10.0.0.0/104'] })).toBeUndefined();
  });

  test.each([
    ['64:ff9b::169.254.169.254', 'an address of a cloud metadata service'],
    ['64:ff9b::7f00:1', 'a loopback address'],
    ['64:FF9B:0:0:0:0:0a00:0001', 'an address of a private network'],
    ['2002:a9fe:a9fe::1', 'an address of a cloud metadata service'],
    ['2002:7f00:1::', 'a loopback address'],
    ['2002:a00:1:2:3:4:5:6', 'an address of a private network'],
  ])('translated: %s is %s, of whatever network', (address, what) => {
    expect(refusal(address)).toBe(what);
    expect(refusal(address, { private: true })).toBe(what);
    expect(refusal(address, { allow: ['10.0.0.0/8', '127.0.0.0/8'] })).toBe(what);
  });

  test.each(['64:ff9b::8.8.8.8', '2002:808:808::1'])('translated: %s is public', (address) => {
    expect(refusal(address)).toBeUndefined();
  });
});

describe('allow', () => {
  test('a listed address is allowed, whatever it is, and no other', () => {
    const allow = ['169.254.7.7', '10.1.0.0/16', 'fd00:1::/32'];
    for (const address of ['169.254.7.7', '10.1.255.1', 'fd00:1::5']) {
      expect(refusal(address, { allow })).toBeUndefined();
    }
    expect(refusal('10.2.0.1', { allow })).toBe('an address of a private network');
    expect(refusal('8.8.8.8', { allow })).toBe('an address that is not listed');
    expect(refusal('10.2.0.1', { allow, private: true })).toBe('an address that is not listed');
  });

  test('a listed host is allowed where its address is', () => {
    const allow = ['api.test', '*.internal'];
    expect(refusal('8.8.8.8', { allow })).toBeUndefined();
    expect(refusal('8.8.8.8', { allow }, 'API.test.')).toBeUndefined();
    expect(refusal('8.8.8.8', { allow }, 'a.b.internal')).toBeUndefined();
    expect(refusal('10.0.0.1', { allow })).toBe('an address of a private network');
    expect(refusal('10.0.0.1', { allow, private: true })).toBeUndefined();
    expect(refusal('169.254.169.254', { allow, private: true })).toContain('metadata');
  });

  test.each(['other.test', 'internal', 'evilinternal', 'api.test.evil.example', 'xapi.test', '8.8.8.8'])(
    '%s is another host',
    (hostname) => {
      const allow = ['api.test', '*.internal', '*.8.8.test'];
      expect(refusal('8.8.8.8', { allow }, hostname)).toBe('an address that is not listed');
    },
  );

  test('a star is every host', () => {
    const allow = ['*', '10.0.0.1'];
    expect(refusal('8.8.8.8', { allow }, '8.8.8.8')).toBeUndefined();
    expect(refusal('10.0.0.1', { allow })).toBeUndefined();
    expect(refusal('10.0.0.2', { allow })).toBe('an address of a private network');
  });

  test('what is no address is not allowed', () => {
    for (const odd of ['', 'localhost', '1.2.3', '1.2.3.4.5', '0x7f.0.0.1', ':::']) {
      expect(refusal(odd, { private: true })).toBe('not an address');
    }
  });
});

describe('Unix sockets', () => {
  const refusalOf = (path: string, ...allow: string[]) =>
    settleDestinations({ private: true, ...(allow.length > 0 && { allow }) })?.refusalOfSocket(path);

  test('are not allowed unless listed', () => {
    expect(refusalOf('/run/docker.sock')).toBe('a Unix socket that is not listed');
    expect(refusalOf('/run/docker.sock', '*')).toBe('a Unix socket that is not listed');
    expect(refusalOf('/run/docker.sock', 'unix:/run/app.sock')).toBe('a Unix socket that is not listed');
    expect(refusalOf('/run/app.sock', 'unix:/run/app.sock')).toBeUndefined();
  });

  test('a folder is left by nobody', () => {
    expect(refusalOf('/run/apps/a.sock', 'unix:/run/apps/')).toBeUndefined();
    expect(refusalOf('/run/apps/b/a..sock', 'unix:/run/apps/')).toBeUndefined();
    expect(refusalOf('/run/apps', 'unix:/run/apps/')).toBeDefined();
    expect(refusalOf('/run/apps/../docker.sock', 'unix:/run/apps/')).toBeDefined();
    expect(refusalOf('/run/apps/x/..', 'unix:/run/apps/')).toBeDefined();
  });
});
