import { expect, test } from 'vitest';
import { valuesOf } from '../../../src/engine/headers.ts';
import { relayedHeaders } from '../../support/fake-headers.ts';

test('order, spelling and duplicates are kept', () => {
  const raw = ['Set-Cookie', 'a=1', 'ETag', '"x"', 'set-cookie', 'b=2', 'Content-Length', '3'];
  expect(relayedHeaders(raw)).toEqual([...raw, 'Via', '1.1 causeway']);
});

test.each(['Proxy-Cause', 'Proxy-Attempts', 'PROXY-CAUSE'])('a backend cannot fake %s', (name) => {
  expect(valuesOf(relayedHeaders([name, 'x']), name.toLowerCase())).toEqual([]);
});

test('Proxy-Status of a proxy behind us is preserved', () => {
  const headers = relayedHeaders(['Proxy-Status', 'inner; error=dns_timeout']);
  expect(valuesOf(headers, 'proxy-status')).toEqual(['inner; error=dns_timeout']);
});

test('Via is added to those of earlier proxies', () => {
  expect(valuesOf(relayedHeaders(['Via', '1.1 inner'], undefined, 'edge'), 'via')).toEqual([
    '1.1 inner',
    '1.1 edge',
  ]);
});

test('what Connection nominates goes no further, whether it came as a line or as a list', () => {
  const raw = ['X-Hop', '1', 'X-Other', '2', 'X-End', '3'];
  for (const connection of ['x-hop, x-other', ['x-hop', 'X-Other']]) {
    expect(relayedHeaders(raw, connection)).toEqual(['X-End', '3', 'Via', '1.1 causeway']);
  }
});

test('a Content-Disposition stands before the length: behind it, Node respells its bytes', () => {
  const raw = ['content-length', '2', 'ETag', '"x"', 'Content-Disposition', 'inline; filename="\xe9"'];
  expect(relayedHeaders(raw)).toEqual([...raw.slice(2), 'content-length', '2', 'Via', '1.1 causeway']);
});
