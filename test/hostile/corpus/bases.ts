import type { End, Method } from '../hostile-case.ts';

/** A response with which nothing is wrong. */
export interface Base {
  readonly name: string;
  readonly method: Method;
  readonly text: string;
  /** What a backend that means it does afterwards. */
  readonly end: Exclude<End, 'rst'>;
}

const TEXT = 'hello, world';
const CHUNKS = '5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\n';

function base(name: string, lines: readonly string[], body: string, given: Partial<Base> = {}): Base {
  const text = [...lines, '', body].join('\r\n');
  return { name, method: 'GET', end: 'hold', text, ...given };
}

/** One of each kind: what comes before the body, how its end is told, and what is left of the connection. */
export const BASES: readonly Base[] = [
  base('length', ['HTTP/1.1 200 OK', 'Content-Type: text/plain', 'Content-Length: 12'], TEXT),
  base('posted', ['HTTP/1.1 201 Created', 'Location: /a', 'Content-Length: 12'], TEXT, { method: 'POST' }),
  base('chunked', ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'], `${CHUNKS}\r\n`),
  base(
    'trailers',
    ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', 'Trailer: X-Sum'],
    `${CHUNKS}X-Sum: 12\r\nX-End: yes\r\n\r\n`,
  ),
  base('until-close', ['HTTP/1.1 200 OK', 'Connection: close'], TEXT, { end: 'fin' }),
  base('until-close-unsaid', ['HTTP/1.1 200 OK', 'Content-Type: text/plain'], TEXT, { end: 'fin' }),
  base('length-closing', ['HTTP/1.1 200 OK', 'Connection: close', 'Content-Length: 12'], TEXT, {
    end: 'fin',
  }),
  base(
    'chunked-closing',
    ['HTTP/1.1 200 OK', 'Connection: close', 'Transfer-Encoding: chunked'],
    `${CHUNKS}\r\n`,
    {
      end: 'fin',
    },
  ),
  base('no-content', ['HTTP/1.1 204 No Content', 'X-Kind: nothing'], ''),
  base('not-modified', ['HTTP/1.1 304 Not Modified', 'ETag: "a"', 'Vary: Accept'], ''),
  base('empty', ['HTTP/1.1 200 OK', 'Content-Length: 0'], ''),
  base('head', ['HTTP/1.1 200 OK', 'Content-Length: 12', 'Connection: keep-alive'], '', { method: 'HEAD' }),
  base('head-chunked', ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'], '', { method: 'HEAD' }),
  base(
    'early-hints',
    ['HTTP/1.1 103 Early Hints', 'Link: </a.css>', '', 'HTTP/1.1 200 OK', 'Content-Length: 12'],
    TEXT,
  ),
  base(
    'two-interim',
    ['HTTP/1.1 102 Processing', '', 'HTTP/1.1 103 Early Hints', '', 'HTTP/1.1 200 OK', 'Content-Length: 12'],
    TEXT,
  ),
  base('old', ['HTTP/1.0 200 OK', 'Content-Length: 12'], TEXT, { end: 'fin' }),
  base('old-kept', ['HTTP/1.0 200 OK', 'Connection: keep-alive', 'Content-Length: 12'], TEXT),
  base('old-until-close', ['HTTP/1.0 200 OK'], TEXT, { end: 'fin' }),
  base('unavailable', ['HTTP/1.1 503 Service Unavailable', 'Content-Length: 12'], TEXT),
  base('unavailable-posted', ['HTTP/1.1 502 Bad Gateway', 'Content-Length: 12'], TEXT, { method: 'POST' }),
  base(
    'headers',
    [
      'HTTP/1.1 200 Tr\xe8s bien',
      'Set-Cookie: a=1',
      'set-cookie: b=2',
      'Proxy-Cause: circuit_open',
      'Proxy-Status: other; error=dns_error',
      'Connection: x-hop',
      'X-Hop: 1',
      'Keep-Alive: timeout=5',
      'X-Empty:',
      'X-Latin: \xe9\xff',
      'Content-Length:12',
    ],
    TEXT,
  ),
  base(
    'download',
    ['HTTP/1.1 200 OK', 'Content-Length: 12', 'Content-Disposition: inline; filename="\xc3\xa9\xe9"'],
    TEXT,
  ),
  base('spaced', ['HTTP/1.1 200 OK', 'Content-Type:   text/plain  ', 'Content-Length:  12  '], TEXT),
  base('spaced-chunked', ['HTTP/1.1 200 OK', 'transfer-encoding:   Chunked  '], `${CHUNKS}\r\n`),
  base('events', ['HTTP/1.1 200 OK', 'Content-Type: text/event-stream'], 'data: hello\n\n', { end: 'fin' }),
];
