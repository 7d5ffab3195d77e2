import { alone, arrival, head, passed, refused, type RequestCase } from './request-case.ts';

const get = (...lines: readonly string[]): string => head('GET /x HTTP/1.1', ...lines);

const BAD_HOSTS = [
  'a b',
  'a/b',
  'a\\b',
  'a@b',
  'a?b',
  'a#b',
  'a:b',
  'a:80:80',
  '[::1',
  '::1',
  '[::1]x',
  'a\xe9',
  'a%2',
  '<a>',
  'a, b',
];
const GOOD_HOSTS = [
  'a',
  'A.example',
  'a.example:8080',
  'a:',
  '[::1]',
  '[::1]:80',
  '127.0.0.1',
  'my_service',
  'a%20b',
  '',
];

/** Host: RFC 9112 section 3.2. */
export const HOSTS: readonly RequestCase[] = [
  refused('no Host', get('X: y')),
  refused('two Hosts', get('Host: a', 'Host: b')),
  refused('two Hosts that agree', get('Host: a', 'HOST: a')),
  ...BAD_HOSTS.map((host) => refused(`Host ${JSON.stringify(host)}`, get(`Host: ${host}`))),
  ...GOOD_HOSTS.map((host) =>
    passed(`Host ${JSON.stringify(host)}`, get(`Host: ${host}`), arrival('GET /x', [`host: ${host}`])),
  ),
];

/** Header lines: what is end-to-end arrives as it was sent, what is not does not arrive. */
export const LINES: readonly RequestCase[] = [
  passed(
    'repeated lines, in their order and spelling',
    get('X-b: 1', 'Host: a', 'x-B: 2', 'Cookie: a=1', 'X-A: 3', 'cookie: b=2', 'X-B: 1'),
    arrival('GET /x', ['host: a', 'X-b: 1', 'x-B: 2', 'Cookie: a=1', 'X-A: 3', 'cookie: b=2', 'X-B: 1']),
  ),
  passed(
    'values that are empty, long, or of any byte',
    get('Host: a', 'X-Empty:', `X-Long: ${'y'.repeat(8_000)}`, 'X-Bytes: \x80\xff\tz'),
    arrival('GET /x', ['host: a', 'X-Empty: ', `X-Long: ${'y'.repeat(8_000)}`, 'X-Bytes: \x80\xff\tz']),
  ),
  passed(
    'white space around values is no part of them',
    get('Host: \t a\t ', 'X-Padded:   y \t'),
    arrival('GET /x', ['host: a', 'X-Padded: y']),
  ),
  passed(
    'names that mean something to JavaScript',
    get('Host: a', '__proto__: 1', 'constructor: 2', 'toString: 3', 'hasOwnProperty: 4'),
    arrival('GET /x', ['host: a', '__proto__: 1', 'constructor: 2', 'toString: 3', 'hasOwnProperty: 4']),
  ),
  passed(
    'hop-by-hop headers, and those that Connection names',
    get(
      'Host: a',
      'Connection: keep-alive, X-Hop',
      'connection: x-other ,, ',
      'X-Hop: 1',
      'x-OTHER: 2',
      'Keep-Alive: timeout=5',
      'TE: trailers, deflate;q=0.5',
      'Trailer: X-Sum',
      'Proxy-Connection: keep-alive',
      'Proxy-Authorization: Basic eDp5',
      'Proxy-Authenticate: Basic',
      'Proxy-Authentication-Info: x',
      'X-Kept: 3',
    ),
    arrival('GET /x', ['host: a', 'X-Kept: 3']),
  ),
  passed(
    'Connection cannot name what the backend relies on',
    get(
      'Host: a',
      'Connection: Host, Authorization, Cookie, Content-Length, Cache-Control, Range, X-Request-Id, keep-alive',
      'Authorization: Basic eDp5',
      'Cookie: a=1',
      'Cache-Control: no-cache',
      'Range: bytes=0-1',
    ),
    arrival('GET /x', [
      'host: a',
      'Authorization: Basic eDp5',
      'Cookie: a=1',
      'Cache-Control: no-cache',
      'Range: bytes=0-1',
    ]),
  ),
  passed(
    'Connection cannot take away the framing of a body',
    `${head('POST /x HTTP/1.1', 'Host: a', 'Connection: Content-Length', 'Content-Length: 5')}hello`,
    arrival('POST /x', ['host: a', 'content-length: 5'], 'hello'),
  ),
  passed(
    'an upgrade to h2c stays here, and so do its settings',
    get(
      'Host: a',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAAP__',
      'Connection: keep-alive, HTTP2-Settings',
    ),
    arrival('GET /x'),
  ),
  alone('HTTP/1.0 without a Host', 'GET /x HTTP/1.0\r\n\r\n', [arrival('GET /x', ['host: backend'])]),
  ...['X: a\x01b', 'X: a\x7fb', 'X: a\0b', 'X: a\rb', 'X\x80: b', 'X y: b', '(X): b', 'X: a\r\n folded'].map(
    (line) => refused(JSON.stringify(line), get('Host: a', line)),
  ),
];

const expecting = (value: string): string => {
  return head('POST /x HTTP/1.1', 'Host: a', `Expect: ${value}`, 'Content-Length: 5');
};

/** Expect: RFC 9110 section 10.1.1. */
export const EXPECT: readonly RequestCase[] = [
  {
    name: 'Expect: 100-continue is answered here, and the body arrives',
    sent: `${expecting('100-continue')}hello${head('GET /last HTTP/1.1', 'Host: a', 'Connection: close')}`,
    arrives: [arrival('POST /x', ['host: a', 'content-length: 5'], 'hello'), arrival('GET /last')],
    statuses: [100, 200, 200],
  },
];

/** Max-Forwards: RFC 9110 section 7.6.2. `*`: section 9.3.7. */
export const FINAL_RECIPIENT: readonly RequestCase[] = [
  alone('OPTIONS *', head('OPTIONS * HTTP/1.1', 'Host: a', 'Connection: close'), [], 204),
  alone(
    'OPTIONS * in absolute form',
    head('OPTIONS http://a HTTP/1.1', 'Host: a', 'Connection: close'),
    [],
    204,
  ),
  alone(
    'OPTIONS, no further',
    head('OPTIONS /x HTTP/1.1', 'Host: a', 'Max-Forwards: 0', 'Connection: close'),
    [],
    204,
  ),
  alone(
    'TRACE, no further',
    head('TRACE /x HTTP/1.1', 'Host: a', 'Max-Forwards: 0', 'Connection: close'),
    [],
    405,
  ),
  passed(
    'OPTIONS, one step less',
    head('OPTIONS /x HTTP/1.1', 'Host: a', 'max-forwards: 10'),
    arrival('OPTIONS /x', ['host: a', 'max-forwards: 9']),
  ),
  passed(
    'TRACE, one step less',
    head('TRACE /x HTTP/1.1', 'Host: a', 'Max-Forwards: 1'),
    arrival('TRACE /x', ['host: a', 'Max-Forwards: 0']),
  ),
  passed(
    'GET: not counted',
    head('GET /x HTTP/1.1', 'Host: a', 'Max-Forwards: 0'),
    arrival('GET /x', ['host: a', 'Max-Forwards: 0']),
  ),
  refused(
    'OPTIONS, so many steps that it is no number',
    head('OPTIONS /x HTTP/1.1', 'Host: a', 'Max-Forwards: x'),
  ),
];

const GET_1 = head('GET /1 HTTP/1.1', 'Host: a');
const POST_2 = `${head('POST /2 HTTP/1.1', 'Host: a', 'Content-Length: 5')}hello`;
const HEAD_3 = head('HEAD /3 HTTP/1.1', 'Host: a');

/** Several requests in one packet: RFC 9112 section 9.3.2. */
export const PIPELINED: readonly RequestCase[] = [
  passed(
    'four in a row',
    `${GET_1}${POST_2}${HEAD_3}${GET_1}`,
    arrival('GET /1'),
    arrival('POST /2', ['host: a', 'content-length: 5'], 'hello'),
    arrival('HEAD /3'),
    arrival('GET /1'),
  ),
  passed('thirty in a row', GET_1.repeat(30), ...Array<string>(30).fill(arrival('GET /1'))),
  {
    name: 'more behind Connection: close',
    sent: `${head('GET /1 HTTP/1.1', 'Host: a', 'Connection: close')}${POST_2}`,
    arrives: [],
    statuses: [400],
  },
  {
    name: 'nothing behind a refusal',
    sent: `${GET_1}${head('GET /1 HTTP/1.1', 'Host: a', 'Host: b')}${POST_2}`,
    arrives: [arrival('GET /1')],
    statuses: [200, 400],
  },
];
