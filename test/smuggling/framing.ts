import { alone, arrival, head, passed, refused, type RequestCase } from './request-case.ts';

const post = (...lines: readonly string[]): string => head('POST /x HTTP/1.1', 'Host: a', ...lines);
const chunkedPost = (...lines: readonly string[]): string => post('Transfer-Encoding: chunked', ...lines);
const END = '0\r\n\r\n';

const LENGTHS = ['+5', '-5', '5,5', '5, 5', '5 5', '0x5', '5a', '5.0', '1e1', '"5"', '', '\x0b5', '5;5', '٥'];
const HUGE_LENGTHS = ['18446744073709551616', '99999999999999999999999999'];

const CODINGS = [
  'gzip',
  'gzip, chunked',
  'chunked, gzip',
  'chunked, chunked',
  'chunked,identity',
  'identity',
  'identity, chunked',
  'xchunked',
  'chunkedx',
  'chunked;q=1',
  '"chunked"',
  'chunked\t',
  'chunked\x0b',
  '\x0bchunked',
  'chunked,',
  ',chunked',
  '',
  'chun ked',
];

const CHUNKS: readonly (readonly [string, string])[] = [
  ['a size with 0x', '0x5\r\nhello\r\n'],
  ['a size with a sign', '+5\r\nhello\r\n'],
  ['a size below zero', '-5\r\nhello\r\n'],
  ['a size that is no number', 'G\r\nhello\r\n'],
  ['a size with a space before it', ' 5\r\nhello\r\n'],
  ['a size beyond 64 bits', 'FFFFFFFFFFFFFFFFF\r\nhello\r\n'],
  ['a size that wraps to 5', '10000000000000005\r\nhello\r\n'],
  ['a size ended by LF', '5\nhello\r\n'],
  ['a size ended by CR', '5\rhello\r\n'],
  ['an extension ended by LF', '5;a\nhello\r\n'],
  ['an extension with a CR in it', '5;a\rb\r\nhello\r\n'],
  ['data longer than its size', '4\r\nhello\r\n'],
  ['data ended by LF', '5\r\nhello\n'],
  ['an empty size', '\r\nhello\r\n'],
];

/** Where a body ends: RFC 9112 section 6.3. */
export const FRAMING: readonly RequestCase[] = [
  refused(
    'Content-Length, then Transfer-Encoding',
    `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}${END}`,
  ),
  refused('Transfer-Encoding, then Content-Length', `${chunkedPost('Content-Length: 5')}${END}`),
  refused('an empty Content-Length beside chunked', `${chunkedPost('Content-Length:')}${END}`),
  refused('two lengths', `${post('Content-Length: 5', 'Content-Length: 6')}hello`),
  refused('two lengths that agree', `${post('Content-Length: 5', 'Content-Length: 5')}hello`),
  ...[...LENGTHS, ...HUGE_LENGTHS].map((length) =>
    refused(`Content-Length ${JSON.stringify(length)}`, `${post(`Content-Length: ${length}`)}hello`),
  ),
  ...CODINGS.map((coding) =>
    refused(`Transfer-Encoding ${JSON.stringify(coding)}`, `${post(`Transfer-Encoding: ${coding}`)}${END}`),
  ),
  refused('chunked twice', `${chunkedPost('Transfer-Encoding: chunked')}${END}`),
  refused('chunked and then identity', `${chunkedPost('Transfer-Encoding: identity')}${END}`),
  refused('chunked in a folded line', `${post('Transfer-Encoding:', ' chunked')}${END}`),
  refused('a space before the colon', `${post('Transfer-Encoding : chunked')}${END}`),
  refused('a tab before the colon', `${post('Transfer-Encoding\t: chunked')}${END}`),
  refused('a control character in the name', `${post('Transfer-\x01Encoding: chunked')}${END}`),
  refused('NUL in the name', `${post('Transfer-Encoding\0: chunked')}${END}`),
  refused('NUL in the value', `${post('Transfer-Encoding: chunked\0')}${END}`),
  refused('chunked behind a lone LF', `${post('X: y\nTransfer-Encoding: chunked')}${END}`),
  refused('chunked behind a lone CR', `${post('X: y\rTransfer-Encoding: chunked')}${END}`),
  refused('a header without a name', `${post(': chunked')}${END}`),
  refused('a header without a colon', `${post('Transfer-Encoding')}${END}`),
  refused('a head that ends with LF LF', 'POST /x HTTP/1.1\nHost: a\nContent-Length: 0\n\n'),
  refused(
    'chunked from an HTTP/1.0 client',
    `${head('POST /x HTTP/1.0', 'Host: a', 'Connection: keep-alive', 'Transfer-Encoding: chunked')}${END}`,
  ),
  refused('TRACE with a body', `${head('TRACE /x HTTP/1.1', 'Host: a', 'Content-Length: 5')}hello`),
  passed(
    'a header that only looks like Transfer-Encoding does not reach those to whom it is the same',
    post('Transfer_Encoding: chunked', 'Content-Length: 0'),
    arrival('POST /x', ['host: a', 'content-length: 0']),
  ),
  ...['chunked', 'Chunked', 'CHUNKED', ' chunked ', '\tchunked'].map((coding) =>
    passed(
      `Transfer-Encoding ${JSON.stringify(coding)}`,
      `${post(`Transfer-Encoding:${coding}`)}5\r\nhello\r\n${END}`,
      arrival('POST /x', ['host: a', 'transfer-encoding: chunked'], 'hello'),
    ),
  ),
  passed(
    'chunks are made anew, without extensions',
    `${chunkedPost()}3\r\nhel\r\n2;a="b;c"\r\nlo\r\n000\r\n\r\n`,
    arrival('POST /x', ['host: a', 'transfer-encoding: chunked'], 'hello'),
  ),
  passed(
    'trailers are dropped, whatever they say',
    `${chunkedPost('Trailer: X-Sum, Host')}1\r\na\r\n0\r\nX-Sum: 1\r\nHost: b\r\n\r\n`,
    arrival('POST /x', ['host: a', 'transfer-encoding: chunked'], 'a'),
  ),
  passed(
    'an empty chunked body',
    `${chunkedPost()}${END}`,
    arrival('POST /x', ['host: a', 'content-length: 0']),
  ),
  passed(
    'a body that looks like a request',
    `${post('Content-Length: 37')}${head('GET /smuggled HTTP/1.1', 'Host: a').padEnd(37, ' ')}`,
    arrival(
      'POST /x',
      ['host: a', 'content-length: 37'],
      head('GET /smuggled HTTP/1.1', 'Host: a').padEnd(37, ' '),
    ),
  ),
  ...['GET', 'DELETE', 'OPTIONS', 'PROPFIND', 'QUERY'].map((method) =>
    passed(
      `${method} with a body`,
      `${head(`${method} /x HTTP/1.1`, 'Host: a', 'Content-Length: 5')}hello`,
      arrival(`${method} /x`, ['host: a', 'content-length: 5'], 'hello'),
    ),
  ),
  passed(
    'Content-Length: 0',
    post('Content-Length: 0'),
    arrival('POST /x', ['host: a', 'content-length: 0']),
  ),
  passed(
    'leading zeros',
    `${post('Content-Length: 005')}hello`,
    arrival('POST /x', ['host: a', 'content-length: 5'], 'hello'),
  ),
  alone('HTTP/1.0 with a length', `${head('POST /x HTTP/1.0', 'Host: a', 'Content-Length: 5')}hello`, [
    arrival('POST /x', ['host: a', 'content-length: 5'], 'hello'),
  ]),
];

/** A broken chunk: the head was fine, so the request may be on its way, but it must never become whole. */
export const BROKEN_CHUNKS = CHUNKS.map(([name, chunk]) => ({
  name,
  sent: `${chunkedPost()}${chunk}${END}${head('GET /smuggled HTTP/1.1', 'Host: a')}`,
}));
