import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContinueFilter } from '../../../src/forwarders/continue-filter.ts';

/** What is read of these segments, each of which arrives when the one before has been read. */
function readAll(segments: readonly string[], expects = true): string {
  const connection = new PassThrough();
  const filter = new ContinueFilter(connection);
  if (expects) filter.expectHead();
  let text = '';
  for (const segment of segments) {
    connection.write(segment, 'latin1');
    for (let chunk: unknown; (chunk = connection.read()) !== null;)
      text += (chunk as Buffer).toString('latin1');
  }
  return text;
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('what is passed over', () => {
  test.each([
    CONTINUE,
    'HTTP/1.0 100 Continue\r\n\r\n',
    'HTTP/1.1 100\r\n\r\n',
    'HTTP/1.1 100 \r\n\r\n',
    'HTTP/1.1 100 Continue\r\nX: y\r\nZ:\r\n\r\n',
    CONTINUE.repeat(3_000),
  ])('%j', (head) => {
    expect(readAll([`${head}${OK}`])).toBe(OK);
    expect(readAll([head, OK])).toBe(OK);
  });

  test('in whatever pieces it comes, among other interim responses', () => {
    const bytes = `${CONTINUE}${HINTS}${CONTINUE}${CONTINUE}${OK}${CONTINUE}`;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 80 })), (lengths) => {
        const segments: string[] = [];
        let rest = bytes;
        for (const length of lengths) {
          segments.push(rest.slice(0, length));
          rest = rest.slice(length);
        }
        const got = readAll([...segments, rest].filter((segment) => segment !== ''));
        expect(got).toBe(`${HINTS}${OK}${CONTINUE}`);
      }),
    );
  });
});

describe('what is not', () => {
  test.each([
    OK,
    HINTS + OK,
    'HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 1000 Continue\r\n\r\n',
    'HTTP/1.1 100 Continue\n\n',
    'HTTP/1.1 100 Continue\r\nX y\r\n\r\n',
    'HTTP/1.1 100 Continue\r\nX: y\r\n folded\r\n\r\n',
    'HTTP/1.1 100 Con\0tinue\r\n\r\n',
    'HTTP/2.0 100 Continue\r\n\r\n',
    'SSH-2.0-OpenSSH\r\n',
    'S',
    `HTTP/1.1 100 ${'x'.repeat(20_000)}`,
  ])('%j', (bytes) => {
    expect(readAll([bytes])).toBe(bytes);
    expect(readAll([...bytes])).toBe(bytes);
  });

  test('anything behind the head of the response', () => {
    expect(readAll([OK, CONTINUE])).toBe(`${OK}${CONTINUE}`);
  });

  test('anything while no response is due', () => {
    expect(readAll([CONTINUE, OK], false)).toBe(`${CONTINUE}${OK}`);
  });
});

test('what is held back comes out as soon as it is whole, or no interim response', () => {
  expect(readAll(['HTTP/1.1 10'])).toBe('');
  expect(readAll(['HTTP/1.1 10', '4 '])).toBe('');
  expect(readAll(['HTTP/1.1 10', '4 ', '\r\n\r\n'])).toBe('HTTP/1.1 104 \r\n\r\n');
  expect(readAll(['HTTP/1.1 10', '1'])).toBe('HTTP/1.1 101');
  expect(readAll(['HTTP/1.1 ', '2'])).toBe('HTTP/1.1 2');
  expect(readAll(['HTTP/1.1 100 C', '\n'])).toBe('HTTP/1.1 100 C\n');
});
