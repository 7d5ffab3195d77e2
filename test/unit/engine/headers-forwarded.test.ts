import { describe, expect, test } from 'vitest';
import { valuesOf } from '../../../src/engine/headers.ts';
import { requestHeaders } from '../../../src/engine/request-headers.ts';
import { HookError } from '../../../src/engine/hooks.ts';
import { type FakeExchange, fakeExchange, fakeTarget } from '../../support/fake-exchange.ts';

const CLAIMS = [
  'X-Forwarded-For',
  '203.0.113.9',
  'X-Forwarded-Proto',
  'https',
  'X-Forwarded-Host',
  'claimed.example',
];

function forwarded(given: FakeExchange): Record<string, string[]> {
  const headers = requestHeaders(fakeExchange(given), fakeTarget(), 'causeway');
  return {
    for: valuesOf(headers, 'x-forwarded-for'),
    proto: valuesOf(headers, 'x-forwarded-proto'),
    host: valuesOf(headers, 'x-forwarded-host'),
  };
}

describe('an untrusted peer', () => {
  test('is named itself, whatever it claims', () => {
    expect(forwarded({ rawHeaders: CLAIMS })).toEqual({
      for: ['192.0.2.7'],
      proto: ['http'],
      host: ['shop.example'],
    });
  });

  test('on TLS is https', () => {
    expect(forwarded({ encrypted: true })['proto']).toEqual(['https']);
  });
});

describe('a trusted peer', () => {
  const settings = { headers: { trust: true } };

  test('is believed, and added to the chain', () => {
    expect(forwarded({ rawHeaders: CLAIMS, settings })).toEqual({
      for: ['203.0.113.9, 192.0.2.7'],
      proto: ['https'],
      host: ['claimed.example'],
    });
  });

  test('that claims nothing is treated like any other', () => {
    expect(forwarded({ settings })).toEqual({ for: ['192.0.2.7'], proto: ['http'], host: ['shop.example'] });
  });

  test('keeps the order of a chain sent in several lines', () => {
    const rawHeaders = ['X-Forwarded-For', '198.51.100.1', 'X-Forwarded-For', '198.51.100.2'];
    expect(forwarded({ rawHeaders, settings })['for']).toEqual(['198.51.100.1, 198.51.100.2, 192.0.2.7']);
  });
});

test('trust may be decided per request', () => {
  const settings = {
    headers: {
      trust: ({ remoteAddress }: { remoteAddress: string | undefined }) => remoteAddress === '10.0.0.1',
    },
  };
  expect(forwarded({ rawHeaders: CLAIMS, settings, remoteAddress: '10.0.0.1' })['host']).toEqual([
    'claimed.example',
  ]);
  expect(forwarded({ rawHeaders: CLAIMS, settings, remoteAddress: '10.0.0.2' })['host']).toEqual([
    'shop.example',
  ]);
});

test('a trust function that throws is named', () => {
  const trust = (): boolean => {
    throw new Error('oops');
  };
  const run = (): unknown => forwarded({ settings: { headers: { trust } } });
  expect(run).toThrow(HookError);
  expect(run).toThrow(/headers\.trust/);
});

test('a peer without an address and a request without an authority are left out', () => {
  expect(forwarded({ remoteAddress: undefined, authority: undefined })).toEqual({
    for: [],
    proto: ['http'],
    host: [],
  });
});
