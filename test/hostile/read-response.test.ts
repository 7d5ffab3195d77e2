import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BASES } from './corpus/bases.ts';
import { bytesOf } from './hostile-case.ts';
import { readResponse } from './reading/read-response.ts';
import type { Reading } from './reading/types.ts';

const read = (text: string, closed = false): Reading => readResponse(bytesOf(text), 'GET', closed);

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

test.each(BASES)('a valid response is read to its end: $name', ({ text, method, end }) => {
  const reading = readResponse(bytesOf(`${text}`), method, end === 'fin');
  expect(reading).toMatchObject({ state: 'complete', flaw: undefined, length: text.length });
  expect([...reading.oddities]).toEqual([]);
});

test.each(BASES.filter(({ name }) => !/until-close|events/.test(name)))(
  'less of it is not a response yet, and more of it does not belong to it: $name',
  ({ text, method }) => {
    for (let length = 0; length < text.length; length += 1) {
      const reading = readResponse(bytesOf(text.slice(0, length)), method, true);
      expect(reading).toMatchObject({ state: 'incomplete', doomed: [] });
    }
    expect(readResponse(bytesOf(`${text}HTTP/1.1 `), method, false).length).toBe(text.length);
  },
);

test('any body comes out of its chunks as it went in', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 })), (chunks) => {
      const lines = chunks.map((chunk) => {
        return `${chunk.length.toString(16)}\r\n${Buffer.from(chunk).toString('latin1')}\r\n`;
      });
      const reading = read(`${CHUNKED}${lines.join('')}0\r\n\r\n`);
      expect(reading.state).toBe('complete');
      expect(reading.body.equals(Buffer.concat(chunks))).toBe(true);
    }),
  );
});

test.each([
  ['no HTTP', '220 mail.example ESMTP\r\n', 'not_http'],
  ['TLS', '\x15\x03\x03\0\x02\x02\x28\r\n', 'tls'],
  ['a version of its own', 'HTTP/3 200 OK\r\n', 'version'],
  ['a status of two digits', 'HTTP/1.1 42 OK\r\n', 'status'],
  ['a space in a name', `${OK}Bad Name: 1\r\n`, 'header'],
  ['a NUL in a value', `${OK}A: \0\r\n`, 'header'],
  ['a lone CR in a value', `${OK}A: b\rC: d\r\n`, 'header'],
  ['a length that is none', `${OK}Content-Length: +5\r\n\r\n`, 'framing'],
  ['two lengths', `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`, 'framing'],
  ['a length and chunks', `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`, 'framing'],
  ['another coding', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`, 'coding'],
  ['a chunk size that is none', `${CHUNKED}xyz\r\n`, 'chunk'],
  ['a chunk longer than it says', `${CHUNKED}2\r\nabc\r\n`, 'chunk'],
  ['a lone LF after a chunk size', `${CHUNKED}2\nab\r\n`, 'chunk'],
  ['a change of protocol', 'HTTP/1.1 101 Switching\r\n\r\n', 'upgrade'],
])('no response: %s', (_what, text, flaw) => {
  expect(read(text)).toMatchObject({ state: 'invalid', flaw });
});

test.each([
  ['a lone LF', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n', 'bare_lf'],
  ['a folded header', `${OK}A: b\r\n c\r\nContent-Length: 0\r\n\r\n`, 'folded_header'],
  ['the same length twice', `${OK}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`, 'repeated_length'],
  ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', 'loose_status_line'],
])('a matter of tolerance: %s', (_what, text, oddity) => {
  expect(read(text).state).toBe('complete');
  expect([...read(text).oddities]).toEqual([oddity]);
});

test('a body that ends with the connection is complete only when that has closed', () => {
  expect(read(`${OK}\r\nhello`).state).toBe('incomplete');
  expect(read(`${OK}\r\nhello`, true)).toMatchObject({ state: 'complete', body: bytesOf('hello') });
});
