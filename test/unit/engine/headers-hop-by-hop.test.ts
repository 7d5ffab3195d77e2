import { describe, expect, test } from 'vitest';
import { nominatedNames, valuesOf } from '../../../src/engine/headers.ts';
import { requestHeaders } from '../../../src/engine/request-headers.ts';
import { relayedHeaders } from '../../support/fake-headers.ts';
import { fakeExchange, fakeTarget } from '../../support/fake-exchange.ts';

const HOP_BY_HOP = [
  'Connection',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'HTTP2-Settings',
];

const PROTECTED = [
  'Authorization',
  'Cache-Control',
  'Content-Encoding',
  'Content-Type',
  'Cookie',
  'Forwarded',
  'Origin',
  'Range',
  'Via',
  'X-Real-IP',
];

function toBackend(...rawHeaders: string[]): string[] {
  return requestHeaders(fakeExchange({ rawHeaders }), fakeTarget(), 'causeway');
}

function toClient(...lines: string[]): readonly string[] {
  return relayedHeaders(lines, valuesOf(lines, 'connection').join(', ') || undefined);
}

describe.each(HOP_BY_HOP)('%s', (name) => {
  test('does not reach the backend', () => {
    expect(valuesOf(toBackend(name, 'x'), name.toLowerCase())).toEqual([]);
  });

  test('does not reach the client', () => {
    expect(valuesOf(toClient(name, 'x'), name.toLowerCase())).toEqual([]);
  });
});

test('Expect is answered by the server in front', () => {
  expect(valuesOf(toBackend('Expect', '100-continue'), 'expect')).toEqual([]);
});

test('what Connection nominates goes no further, in either direction', () => {
  const lines = ['X-Hop', '1', 'Connection', 'close, X-HOP ,, x-other', 'X-Other', '2', 'X-End', '3'];
  for (const headers of [toBackend(...lines), toClient(...lines)]) {
    expect(valuesOf(headers, 'x-hop')).toEqual([]);
    expect(valuesOf(headers, 'x-other')).toEqual([]);
    expect(valuesOf(headers, 'x-end')).toEqual(['3']);
  }
});

test('Connection lines add up', () => {
  const headers = toBackend('Connection', 'x-a', 'X-A', '1', 'Connection', 'x-b', 'X-B', '2');
  expect(valuesOf(headers, 'x-a')).toEqual([]);
  expect(valuesOf(headers, 'x-b')).toEqual([]);
});

test.each(PROTECTED)('nominating %s is no reason to strip it', (name) => {
  const lines = ['Connection', name, name, 'kept'];
  // Dropped for a reason of its own: the peer is not trusted to say who the client is.
  const isForwarding = /^(forwarded|x-real-ip|x-forwarded-.*)$/i.test(name);
  if (!isForwarding) expect(valuesOf(toBackend(...lines), name.toLowerCase())).toContain('kept');
  expect(valuesOf(toClient(...lines), name.toLowerCase())).toContain('kept');
});

test('nominating what the gateway writes itself does not strip it', () => {
  const headers = toBackend('Connection', 'x-forwarded-for, host, x-request-id, via, content-length');
  for (const name of ['x-forwarded-for', 'host', 'x-request-id', 'via']) {
    expect(valuesOf(headers, name), name).toHaveLength(1);
  }
});

test.each([undefined, 'keep-alive', 'close', '', ' , ', 'Authorization, Cookie'])(
  'Connection: %s nominates nothing',
  (value) => {
    expect(nominatedNames(value)).toBeUndefined();
  },
);
