import { bytesOf, type HostileCase } from '../hostile-case.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const SIZED = 'Content-Length: 12\r\n\r\nhello, world';
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';

/** On both sides of the 16 KiB that a head may have, and far beyond. */
const SIZES = [1_000, 8_000, 15_000, 16_200, 16_384, 17_000, 70_000, 300_000];
const COUNTS = [10, 100, 1_000, 3_000];

const TOO_MUCH: Readonly<Record<string, (size: number) => string>> = {
  'a header value': (size) => `${OK}X-Big: ${'v'.repeat(size)}\r\n${SIZED}`,
  'a header name': (size) => `${OK}${'n'.repeat(size)}: 1\r\n${SIZED}`,
  'a header without end': (size) => `${OK}X-Big: ${'v'.repeat(size)}`,
  'a reason phrase': (size) => `HTTP/1.1 200 ${'r'.repeat(size)}\r\n${SIZED}`,
  'a status line without end': (size) => `HTTP/1.1 200 ${'r'.repeat(size)}`,
  'empty lines first': (size) => `${'\r\n'.repeat(size / 2)}${OK}${SIZED}`,
  'spaces in a value': (size) => `${OK}X-Big:${' '.repeat(size)}1\r\n${SIZED}`,
  'a length with zeros': (size) => `${OK}Content-Length: ${'0'.repeat(size)}12\r\n\r\nhello, world`,
  'a chunk extension': (size) => `${OK}${CHUNKED}5;e=${'e'.repeat(size)}\r\nhello\r\n0\r\n\r\n`,
  'a chunk size with zeros': (size) => `${OK}${CHUNKED}${'0'.repeat(size)}5\r\nhello\r\n0\r\n\r\n`,
  'a trailer': (size) => `${OK}${CHUNKED}5\r\nhello\r\n0\r\nX-Big: ${'t'.repeat(size)}\r\n\r\n`,
  'an interim header': (size) =>
    `HTTP/1.1 103 Early Hints\r\nX-Big: ${'v'.repeat(size)}\r\n\r\n${OK}${SIZED}`,
  'a line that is no HTTP': (size) => 'x'.repeat(size),
};

const TOO_MANY: Readonly<Record<string, (count: number) => string>> = {
  headers: (count) => `${OK}${lines(count, (i) => `X-${i}: ${i}\r\n`)}${SIZED}`,
  'headers of one name': (count) => `${OK}${'A: 1\r\n'.repeat(count)}${SIZED}`,
  'headers without a value': (count) => `${OK}${'A:\r\n'.repeat(count)}${SIZED}`,
  'equal lengths': (count) => `${OK}${'Content-Length: 12\r\n'.repeat(count)}\r\nhello, world`,
  codings: (count) => `${OK}Transfer-Encoding: ${'chunked, '.repeat(count)}chunked\r\n\r\n0\r\n\r\n`,
  trailers: (count) => `${OK}${CHUNKED}5\r\nhello\r\n0\r\n${lines(count, (i) => `X-${i}: ${i}\r\n`)}\r\n`,
  'chunks of a byte': (count) => `${OK}${CHUNKED}${'1\r\nx\r\n'.repeat(count)}0\r\n\r\n`,
  'early hints': (count) => `${interim(count, '103 Early Hints\r\nLink: </a>')}${OK}${SIZED}`,
  'early hints and no end': (count) => interim(count, '103 Early Hints\r\nLink: </a>'),
  'unknown interim responses': (count) => `${interim(count, '199 Huh')}${OK}${SIZED}`,
  continues: (count) => `${interim(count, '100 Continue')}${OK}${SIZED}`,
};

/** Very long lines, and very many of anything. */
export function* oversized(): Iterable<HostileCase> {
  for (const end of ['fin', 'hold'] as const) {
    for (const size of SIZES) {
      for (const [what, make] of Object.entries(TOO_MUCH)) {
        yield oneOf(`long/${what}/${size}/${end}`, make(size), end);
      }
    }
    for (const count of COUNTS) {
      for (const [what, make] of Object.entries(TOO_MANY)) {
        yield oneOf(`many/${what}/${count}/${end}`, make(count), end);
      }
    }
  }
}

function oneOf(name: string, text: string, end: 'fin' | 'hold'): HostileCase {
  return { name, method: 'GET', segments: [bytesOf(text)], end };
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('');
}

function interim(count: number, head: string): string {
  return `HTTP/1.1 ${head}\r\n\r\n`.repeat(count);
}
