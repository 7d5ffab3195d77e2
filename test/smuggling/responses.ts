/** What a backend answers, and what the client gets of it. One character is one byte. */
export interface ResponseCase {
  readonly name: string;
  readonly method: 'GET' | 'HEAD';
  readonly sent: string;
  /** The backend closes its connection behind it. */
  readonly closes: boolean;
  /** Interim and final responses as text, without what the gateway and Node add; or the cause of a refusal. */
  readonly gets: { readonly text: string } | { readonly cause: string };
  /** The connection to the backend serves the next request, too. */
  readonly kept: boolean;
}

type Options = Partial<Pick<ResponseCase, 'method' | 'closes' | 'kept'>>;

export function answer(head: readonly string[], body = ''): string {
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** As the test shows what a client got. */
export function got(head: readonly string[], body = ''): string {
  return [...head, '', body].join('\n');
}

function relayed(name: string, sent: string, text: string, options: Options = {}): ResponseCase {
  return { name, method: 'GET', sent, closes: false, kept: true, ...options, gets: { text } };
}

function refused(cause: string, name: string, sent: string, options: Options = {}): ResponseCase {
  return { name, method: 'GET', sent, closes: false, ...options, kept: false, gets: { cause } };
}

const OK = 'HTTP/1.1 200 OK';
const SIZED = 'Content-Length: 2';
const CHUNKED = 'Transfer-Encoding: chunked';
const OK_GOT = got([OK, SIZED], 'ok');
const SMUGGLED = answer([OK, 'Content-Length: 8'], 'smuggled');

/** Nothing is lost, and nothing is added. */
function sameLines(name: string, ...lines: readonly string[]): ResponseCase {
  return relayed(name, answer([OK, ...lines, SIZED], 'ok'), got([OK, ...lines, SIZED], 'ok'));
}

function sameStatus(line: string, shown = line): ResponseCase {
  return relayed(JSON.stringify(line), answer([line, SIZED], 'ok'), got([shown, SIZED], 'ok'));
}

export const HEADS: readonly ResponseCase[] = [
  sameLines(
    'repeated lines, in order',
    'Set-Cookie: a=1',
    'Set-Cookie: b=2; Path=/',
    'Set-Cookie: a=1',
    'X-A: 1',
    'X-A: 2',
  ),
  sameLines('challenges', 'WWW-Authenticate: Basic realm="a, b"', 'WWW-Authenticate: Bearer'),
  sameLines('values of any byte', 'X-Empty: ', 'X-Bytes: \x80\xff\tz', `X-Long: ${'y'.repeat(8_000)}`),
  sameLines('names that mean something to JavaScript', '__proto__: 1', 'constructor: 2', 'toString: 3'),
  sameLines('names of any kind', "!#$%&'*+-.^_`|~: 1", 'X.Y_Z: 2'),
  sameLines(
    'what is said of the content',
    'Content-Type: text/plain',
    'Content-Encoding: x',
    'ETag: W/"1"',
    'Vary: *',
  ),
  sameLines(
    'what is said of caching',
    'Age: 7',
    'Cache-Control: max-age=60',
    'Expires: 0',
    'Warning: 199 - "x"',
  ),
  sameLines('redirections', 'Location: http://backend.internal/x', 'Refresh: 0; url=/y'),
  ...[
    'HTTP/1.1 200 OK',
    'HTTP/1.1 201 Created',
    'HTTP/1.1 299 Anything',
    'HTTP/1.1 404 \xe9t\xe9',
    'HTTP/1.1 418 a\tb',
  ].map((line) => sameStatus(line, line.includes('\xe9') ? 'HTTP/1.1 404 ' : line)),
  ...[400, 401, 403, 407, 426, 451, 500, 505, 599, 600, 799, 999].map((status) =>
    sameStatus(`HTTP/1.1 ${status} Why`),
  ),
  sameStatus('HTTP/1.1 200 ', 'HTTP/1.1 200 '),
  relayed(
    'white space around values is no part of them',
    answer([OK, 'X-Padded: \t y \t', SIZED], 'ok'),
    got([OK, 'X-Padded: y', SIZED], 'ok'),
  ),
  relayed(
    'hop-by-hop headers, and those that Connection names',
    answer(
      [
        OK,
        'Connection: keep-alive, X-Hop',
        'X-Hop: 1',
        'Keep-Alive: timeout=60',
        'Proxy-Authenticate: Basic',
        'Proxy-Connection: keep-alive',
        'Proxy-Authentication-Info: x',
        'TE: trailers',
        'Trailer: X',
        'X-Kept: 1',
        SIZED,
      ],
      'ok',
    ),
    got([OK, 'X-Kept: 1', SIZED], 'ok'),
  ),
  relayed(
    'Connection cannot name what the client relies on',
    answer(
      [OK, 'Connection: Set-Cookie, Content-Length, Cache-Control, Content-Type', 'Set-Cookie: a=1', SIZED],
      'ok',
    ),
    got([OK, 'Set-Cookie: a=1', SIZED], 'ok'),
  ),
  ...[
    'Transfer\x00: x',
    'X\x80: y',
    'X y: z',
    ': x',
    'X',
    'X: a\x00b',
    'X: a\x01b',
    'X: a\rb',
    'X: a\nb',
    '(X): y',
  ].map((line) => refused('response_header_invalid', JSON.stringify(line), answer([OK, line]))),
  ...['X y: z', 'X: a\x00b', ': x'].map((line) =>
    refused(
      'response_header_invalid',
      `${JSON.stringify(line)} behind a length`,
      answer([OK, SIZED, line], 'ok'),
    ),
  ),
  refused('response_header_invalid', 'a folded line', answer([OK, 'X: a', ' b'])),
  ...[
    'HTTP/1.1 099 Low',
    'HTTP/1.1 042 Low',
    'HTTP/1.1 20 Short',
    'HTTP/1.1 2000 Long',
    'HTTP/1.1 abc OK',
    'HTTP/1.1',
  ].map((line) => refused('response_header_invalid', JSON.stringify(line), answer([line, 'X: y']))),
  ...['HTTP/2 200', 'HTTP/2 200 OK', 'HTTP/3.0 200 OK', 'HTTP/1.2 200 OK'].map((line) =>
    refused('http_version_mismatch', JSON.stringify(line), answer([line, 'X: y'])),
  ),
  refused('response_not_http', 'something else', 'SSH-2.0-OpenSSH_9.9\r\n'),
  refused(
    'upgrade_failed',
    'an unasked 101',
    answer(['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: x']),
  ),
  refused(
    'response_headers_too_large',
    'more than 16 KiB of headers',
    answer([OK, `X: ${'y'.repeat(20_000)}`, SIZED], 'ok'),
  ),
];

export const FRAMING: readonly ResponseCase[] = [
  relayed('a length', answer([OK, SIZED], 'ok'), OK_GOT),
  relayed('a length of 0', answer([OK, 'Content-Length: 0']), got([OK, 'Content-Length: 0'])),
  relayed(
    'a length with zeros before it',
    answer([OK, 'Content-Length: 0002'], 'ok'),
    got([OK, 'Content-Length: 0002'], 'ok'),
  ),
  relayed('a length with spaces around it', answer([OK, 'Content-Length:  2  '], 'ok'), OK_GOT, {
    kept: false,
  }),
  relayed('chunks', answer([OK, CHUNKED], '1;x=y\r\no\r\n1\r\nk\r\n0\r\n\r\n'), got([OK, CHUNKED], 'ok')),
  relayed('an empty chunked body', answer([OK, CHUNKED], '0\r\n\r\n'), got([OK, CHUNKED])),
  relayed(
    'chunked in other letters',
    answer([OK, 'transfer-encoding: ChunKed'], '2\r\nok\r\n0\r\n\r\n'),
    got([OK, CHUNKED], 'ok'),
  ),
  relayed(
    'trailers, without those that are none',
    answer(
      [OK, CHUNKED],
      '2\r\nok\r\n0\r\nX-Sum: 1\r\nHost: b\r\nSet-Cookie: a=1\r\nAuthorization: x\r\nProxy-Cause: y\r\nCache-Control: z\r\n\r\n',
    ),
    got([OK, CHUNKED], 'ok\nX-Sum: 1'),
  ),
  relayed('until the connection is closed', answer([OK], 'ok'), got([OK, CHUNKED], 'ok'), {
    closes: true,
    kept: false,
  }),
  relayed('until it is closed, with nothing', answer([OK]), got([OK, CHUNKED]), {
    closes: true,
    kept: false,
  }),
  relayed('HTTP/1.0, until it is closed', answer(['HTTP/1.0 200 OK'], 'ok'), got([OK, CHUNKED], 'ok'), {
    closes: true,
    kept: false,
  }),
  relayed('HTTP/1.0 with a length', answer(['HTTP/1.0 200 OK', SIZED], 'ok'), OK_GOT, { kept: false }),
  relayed('Connection: close', answer([OK, 'Connection: close', SIZED], 'ok'), OK_GOT, { kept: false }),
  relayed('204', answer(['HTTP/1.1 204 No Content']), got(['HTTP/1.1 204 No Content'])),
  relayed(
    '204 that speaks of a body',
    answer(['HTTP/1.1 204 No Content', 'Content-Length: 0']),
    got(['HTTP/1.1 204 No Content']),
  ),
  relayed(
    '205',
    answer(['HTTP/1.1 205 Reset Content', 'Content-Length: 0']),
    got(['HTTP/1.1 205 Reset Content', 'Content-Length: 0']),
  ),
  relayed(
    '304 with the length of what is cached',
    answer(['HTTP/1.1 304 Not Modified', 'ETag: "1"', 'Content-Length: 99']),
    got(['HTTP/1.1 304 Not Modified', 'ETag: "1"', 'Content-Length: 99']),
    { kept: false },
  ),
  relayed('HEAD with a length', answer([OK, 'Content-Length: 99']), got([OK, 'Content-Length: 99']), {
    method: 'HEAD',
    kept: false,
  }),
  relayed('HEAD with chunks', answer([OK, CHUNKED]), got([OK]), { method: 'HEAD', kept: false }),
  relayed('HEAD without either', answer([OK]), got([OK]), { method: 'HEAD', kept: false }),
  refused(
    'response_framing_ambiguous',
    'a length, then chunked',
    answer([OK, SIZED, CHUNKED], '2\r\nok\r\n0\r\n\r\n'),
  ),
  refused(
    'response_framing_ambiguous',
    'chunked, then a length',
    answer([OK, CHUNKED, SIZED], '2\r\nok\r\n0\r\n\r\n'),
  ),
  refused('response_framing_ambiguous', 'two lengths', answer([OK, SIZED, 'Content-Length: 3'], 'ok')),
  refused('response_framing_ambiguous', 'two lengths that agree', answer([OK, SIZED, SIZED], 'ok')),
  ...['+2', '-2', '2, 2', '0x2', '2a', '', '2 2', '99999999999999999999999'].map((length) =>
    refused(
      'response_framing_ambiguous',
      `Content-Length ${JSON.stringify(length)}`,
      answer([OK, `Content-Length: ${length}`], 'ok'),
    ),
  ),
  ...['gzip', 'gzip, chunked', 'chunked, gzip', 'identity', 'xchunked', 'chunked\t', '"chunked"'].map(
    (coding) =>
      refused(
        'response_coding_error',
        `Transfer-Encoding ${JSON.stringify(coding)}`,
        answer([OK, `Transfer-Encoding: ${coding}`], '2\r\nok\r\n0\r\n\r\n'),
        { closes: true },
      ),
  ),
];

/** More than was asked for: the response is fine, but nothing of the rest may pass for another one. */
export const EXTRA_BYTES: readonly ResponseCase[] = [
  relayed('behind a length', answer([OK, SIZED], `ok${SMUGGLED}`), OK_GOT, { kept: false }),
  relayed(
    'behind chunks',
    answer([OK, CHUNKED], `2\r\nok\r\n0\r\n\r\n${SMUGGLED}`),
    got([OK, CHUNKED], 'ok'),
    { kept: false },
  ),
  relayed(
    'behind a length of 0',
    answer([OK, 'Content-Length: 0'], SMUGGLED),
    got([OK, 'Content-Length: 0']),
    { kept: false },
  ),
  relayed(
    'a body of 204',
    answer(['HTTP/1.1 204 No Content', 'Content-Length: 8'], SMUGGLED),
    got(['HTTP/1.1 204 No Content']),
    { kept: false },
  ),
  relayed(
    'chunks of 204',
    answer(['HTTP/1.1 204 No Content', CHUNKED], `0\r\n\r\n${SMUGGLED}`),
    got(['HTTP/1.1 204 No Content']),
    { kept: false },
  ),
  relayed(
    'a body of 304',
    answer(['HTTP/1.1 304 Not Modified'], SMUGGLED),
    got(['HTTP/1.1 304 Not Modified']),
    { kept: false },
  ),
  relayed('a body of HEAD', answer([OK, SIZED], `ok${SMUGGLED}`), got([OK, SIZED]), {
    method: 'HEAD',
    kept: false,
  }),
  relayed('garbage', answer([OK, SIZED], 'ok\0\x01garbage'), OK_GOT, { kept: false }),
];

const HINTS = ['HTTP/1.1 103 Early Hints', 'Link: </a.css>; rel=preload', 'Link: </b.js>'];

export const INTERIM: readonly ResponseCase[] = [
  relayed('103', answer(HINTS) + answer([OK, SIZED], 'ok'), got(HINTS) + OK_GOT),
  relayed(
    '102',
    answer(['HTTP/1.1 102 Processing']) + answer([OK, SIZED], 'ok'),
    got(['HTTP/1.1 102 Processing']) + OK_GOT,
  ),
  relayed(
    'one that is not known, and several',
    answer(['HTTP/1.1 102 Processing']) +
      answer(HINTS) +
      answer(['HTTP/1.1 199 Odd', 'X: y']) +
      answer([OK, SIZED], 'ok'),
    got(['HTTP/1.1 102 Processing']) + got(HINTS) + got(['HTTP/1.1 199 ', 'X: y']) + OK_GOT,
  ),
  relayed(
    '100, which nobody has asked for, is passed over',
    answer(['HTTP/1.1 100 Continue']) + answer([OK, SIZED], 'ok'),
    OK_GOT,
  ),
  relayed(
    '100 among others',
    answer(HINTS) + answer(['HTTP/1.1 100 Continue', 'X: y']) + answer(HINTS) + answer([OK, SIZED], 'ok'),
    got(HINTS) + got(HINTS) + OK_GOT,
  ),
  relayed(
    'hop-by-hop headers, framing and faked causes are left out',
    answer([
      'HTTP/1.1 103 Early Hints',
      'Content-Length: 5',
      'Keep-Alive: x',
      'Proxy-Cause: x',
      'Connection: X-Hop',
      'X-Hop: 1',
      'Link: </a>',
    ]) + answer([OK, SIZED], 'ok'),
    got(['HTTP/1.1 103 Early Hints', 'Link: </a>']) + OK_GOT,
  ),
  relayed('before HEAD', answer(HINTS) + answer([OK, SIZED]), got(HINTS) + got([OK, SIZED]), {
    method: 'HEAD',
    kept: false,
  }),
  refused(
    'response_header_invalid',
    'a bad one before a good one',
    answer(['HTTP/1.1 103 Early Hints', 'X y: z']) + answer([OK, SIZED], 'ok'),
  ),
];
