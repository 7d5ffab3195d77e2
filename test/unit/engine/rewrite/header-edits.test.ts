import { describe, expect, test } from 'vitest';
import { HeadHeaders } from '../../../../src/engine/rewrite/header-edits.ts';

const LINES = ['Host', 'a', 'X-One', '1', 'x-two', '2', 'X-ONE', '3'];

function edit(change: (headers: HeadHeaders) => void, of: 'request' | 'response' = 'request'): string[] {
  const lines = [...LINES];
  change(new HeadHeaders(lines, of));
  return lines;
}

test('reading, in any case', () => {
  edit((headers) => {
    expect([headers.get('x-one'), headers.getAll('X-One')]).toEqual(['1, 3', ['1', '3']]);
    expect([headers.get('none'), headers.getAll('none')]).toEqual([undefined, []]);
    expect([headers.has('X-TWO'), headers.has('none')]).toEqual([true, false]);
    expect([...headers]).toEqual([
      ['Host', 'a'],
      ['X-One', '1'],
      ['x-two', '2'],
      ['X-ONE', '3'],
    ]);
  });
});

test('set replaces all of them in the place of the first', () => {
  expect(edit((headers) => headers.set('x-one', 'new'))).toEqual(['Host', 'a', 'X-One', 'new', 'x-two', '2']);
  expect(edit((headers) => headers.set('X-New', 'n'))).toEqual([...LINES, 'X-New', 'n']);
});

test('append adds a line, delete takes all away', () => {
  expect(edit((headers) => headers.append('x-one', '4'))).toEqual([...LINES, 'x-one', '4']);
  expect(edit((headers) => headers.delete('x-one'))).toEqual(['Host', 'a', 'x-two', '2']);
  expect(edit((headers) => headers.delete('none'))).toEqual(LINES);
});

test('it can be changed while it is read', () => {
  const lines = edit((headers) => {
    for (const [name] of headers) if (name.startsWith('X-')) headers.delete(name);
  });
  expect(lines).toEqual(['Host', 'a', 'x-two', '2']);
});

test('after the function has returned, it is closed', () => {
  const headers = new HeadHeaders([...LINES], 'request');
  headers.close();
  for (const late of [
    () => headers.set('a', 'b'),
    () => headers.append('a', 'b'),
    () => headers.delete('a'),
  ]) {
    expect(late).toThrow('only be changed while the function runs');
  }
  expect(headers.get('host')).toBe('a');
});

describe('what frames messages and connections cannot be changed', () => {
  const FRAMING = [
    'Content-Length',
    'content_length',
    'Transfer-Encoding',
    'transfer_encoding',
    'Connection',
    'Keep-Alive',
    'Upgrade',
    'TE',
    'Trailer',
    'Expect',
    'Proxy-Connection',
    'Via',
  ];

  test.each(FRAMING)('%s', (name) => {
    for (const of of ['request', 'response'] as const) {
      for (const run of [
        (headers: HeadHeaders) => headers.set(name, '1'),
        (headers: HeadHeaders) => headers.append(name, '1'),
        (headers: HeadHeaders) => headers.delete(name),
      ]) {
        expect(() => edit(run, of)).toThrow(`${name} is not for functions to change`);
      }
    }
  });

  test.each(['Proxy-Cause', 'Proxy-Attempts'])('%s, on a response', (name) => {
    expect(() => edit((headers) => headers.set(name, 'x'), 'response')).toThrow(TypeError);
    expect(() => edit((headers) => headers.set(name, 'x'))).not.toThrow();
  });
});

test('there is one Host', () => {
  expect(edit((headers) => headers.set('host', 'b.example:80'))).toEqual([
    'Host',
    'b.example:80',
    ...LINES.slice(2),
  ]);
  for (const bad of ['b c', 'b/c', 'a@b', 'http://a', 'a\tb']) {
    expect(() => edit((headers) => headers.set('Host', bad)), bad).toThrow('Host must be a host');
  }
  expect(() => edit((headers) => headers.append('Host', 'b'))).toThrow('there must be one Host');
  expect(() => edit((headers) => headers.delete('host'))).toThrow('there must be one Host');
});

test.each<[unknown, unknown]>([
  ['X-A', 'b\r\nX-B: c'],
  ['X-A', 'b\n'],
  ['X-A', '\0'],
  ['X-A', '\x7f'],
  ['X-A', '\u0100'],
  ['X-A', 5],
  ['X-A', undefined],
  ['X-A', ['b']],
  ['X A', 'b'],
  ['X-A:', 'b'],
  ['', 'b'],
  [':path', 'b'],
  ['X-\r\n', 'b'],
  [5, 'b'],
  [{ toString: () => 'x-a' }, 'b'],
])('%j: %j is no header', (name, value) => {
  expect(() => edit((headers) => headers.set(name as string, value as string))).toThrow(TypeError);
  expect(() => edit((headers) => headers.append(name as string, value as string))).toThrow(TypeError);
});
