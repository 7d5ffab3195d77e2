import { expect, test } from 'vitest';
import { trailers } from '../../../src/engine/response-headers.ts';
import { headerBytes } from '../../support/fake-headers.ts';

test('are relayed in order and spelling', () => {
  expect(trailers(headerBytes(['Server-Timing', 'a', 'X-Checksum', 'b']))).toEqual([
    'Server-Timing',
    'a',
    'X-Checksum',
    'b',
  ]);
});

test.each([
  'Content-Length',
  'Transfer-Encoding',
  'Set-Cookie',
  'Authorization',
  'Host',
  'Proxy-Cause',
  'CONNECTION',
])('%s may not be one', (name) => {
  expect(trailers(headerBytes([name, 'x']))).toBeUndefined();
});

test('there are none, nearly always', () => {
  expect(trailers([])).toBeUndefined();
});
