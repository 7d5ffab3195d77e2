import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { type ParsedBody, reserialize } from '../../../src/adapters/consumed-body.ts';

function written(contentType: string | undefined, parsed: ParsedBody): string | undefined {
  const message = { headers: { 'content-type': contentType } } as IncomingMessage;
  return reserialize(message, parsed)?.toString();
}

test('the bytes that the parser kept go before what it made of them', () => {
  expect(written('text/x', { rawBody: Buffer.from('raw'), body: { a: 1 } })).toBe('raw');
  expect(written('text/x', { body: Buffer.from('bytes') })).toBe('bytes');
  expect(written('application/json', { rawBody: '{ "a": 1 }', body: { a: 1 } })).toBe('{ "a": 1 }');
  expect(written('text/plain; charset=UTF-8', { body: 'text' })).toBe('text');
});

test.each<[string, unknown, string]>([
  ['application/json', { a: [1, null, 'ü'] }, '{"a":[1,null,"ü"]}'],
  ['application/json; charset=utf-8', [], '[]'],
  ['Application/Problem+JSON', { a: 1 }, '{"a":1}'],
  ['application/json', null, 'null'],
  ['application/x-www-form-urlencoded', { a: '1', b: 'x y&z' }, 'a=1&b=x+y%26z'],
])('%s %o is written anew', (type, body, expected) => {
  expect(written(type, { body })).toBe(expected);
});

test.each<[string | undefined, ParsedBody]>([
  ['application/json', {}],
  ['application/json; charset=latin1', { body: { a: 1 } }],
  ['text/plain; charset=iso-8859-1', { body: 'text' }],
  ['multipart/form-data; boundary=x', { body: { a: '1' } }],
  ['application/xml', { body: { a: 1 } }],
  [undefined, { body: { a: 1 } }],
  ['application/x-www-form-urlencoded', { body: { a: { b: '1' } } }],
  ['application/x-www-form-urlencoded', { body: { a: 1 } }],
  ['application/x-www-form-urlencoded', { body: null }],
])('%s %o cannot be written so that it says the same', (type, parsed) => {
  expect(written(type, parsed)).toBeUndefined();
});
