import { expect, test } from 'vitest';
import { isFramingClear } from '../../../src/failure/parser-cause.ts';

const head = (...lines: string[]): string => `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`;

test.each([
  head('Content-Length: 2', 'X y: z'),
  head('X: y', 'content-length:\t02 ', ': z'),
  head('Content-Length: 2', 'X-Content-Length: 3'),
])('%j says once how long the body is', (text) => {
  expect(isFramingClear(text)).toBe(true);
});

test.each([
  undefined,
  '',
  head('X y: z'),
  head('Content-Length: 2', 'Content-Length: 2'),
  head('Content-Length: 2', 'Transfer-Encoding: chunked'),
  head('Transfer-Encoding: chunked'),
  head('Content-Length: +2'),
  head('Content-Length: 2, 2'),
  head('Content-Length: 99999999999999999999'),
  head('Content-Length : 2'),
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX y: z\r\n',
])('%j does not, or not for sure', (text) => {
  expect(isFramingClear(text)).toBe(false);
});
