import { bytesOf, type HostileCase } from '../hostile-case.ts';

const LENGTHS = [
  '5',
  '05',
  '+5',
  '-5',
  '5.0',
  '5e0',
  '0x5',
  '5,5',
  '5, 6',
  '5 5',
  '5;',
  '5\v',
  '',
  ' ',
  'five',
  '\xb2',
  '9007199254740993',
  '18446744073709551621',
  '99999999999999999999999',
];

const CODINGS = [
  'chunked',
  'Chunked',
  'CHUNKED',
  ' chunked\t',
  'chunked,',
  ',chunked',
  'chunked;q=1',
  '"chunked"',
  'chunked\v',
  '\vchunked',
  'chunked chunked',
  'chunked, chunked',
  'chunked, identity',
  'identity, chunked',
  'gzip, chunked',
  'chunked, gzip',
  'gzip',
  'identity',
  'xchunked',
  'chunkedx',
  'chunke',
  '',
  '\xa0chunked',
];

/** Names that some parser or other takes for `Content-Length` or `Transfer-Encoding`. */
const NEARLY = [
  'Content-Length : 5',
  'Content-Length\t: 5',
  'Content-Length\0: 5',
  'Content-Length\xa0: 5',
  'Content_Length: 5',
  'X: 1\nContent-Length: 5',
  'X: 1\rContent-Length: 5',
  'X: 1\r\n Content-Length: 5',
  'Content-Length:\r\n 5',
  'Content-Length: 5\r\nContent-Length: 5',
  'Content-Length: 5\r\ncontent-length: 6',
  'Content-Length: 5\r\nContent-Length: 5, 5',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding\v: chunked',
  'Transfer_Encoding: chunked',
  'Transfer-Encoding:\r\n chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked',
  'X: 1\nTransfer-Encoding: chunked',
  'X: 1\r\rTransfer-Encoding: chunked',
  ' Transfer-Encoding: chunked',
  ' : 5',
  ': 5',
  'Content-Length 5',
  'Content-Length',
];

const CHUNK_LINES = [
  '5',
  '05',
  '5 ',
  ' 5',
  '5\t',
  '0x5',
  '+5',
  '-5',
  '5;',
  '5;a',
  '5;a=',
  '5; a=b',
  '5;a="\n"',
  '5\r',
  '5\0',
  'g',
  '',
]
  .concat(['5;\xff', '5,', 'fffffffffffffffff', '10000000000000005', '5\n', '5\rx'])
  .map((line) => `${line}\r\nhello\r\n0\r\n\r\n`)
  .concat([
    '5\nhello\r\n0\r\n\r\n',
    '5\r\nhello\n0\r\n\r\n',
    '5\r\nhello\r\n0\n\r\n',
    '5\r\nhello\r\n0\r\n\n',
  ])
  .concat(['5\r\nhelloX\r\n0\r\n\r\n', '5\r\nhell\r\n0\r\n\r\n', '5\r\nhello\r\n0\r\nbad trailer\r\n\r\n'])
  .concat([
    '5\r\nhello\r\n0\r\nContent-Length: 3\r\nSet-Cookie: a=b\r\n\r\n',
    '5\r\nhello\r\n0\r\n : x\r\n\r\n',
  ]);

const STATUS_LINES = [
  'HTTP/1.1 200',
  'HTTP/1.1 200 ',
  'HTTP/1.1  200 OK',
  'HTTP/1.1\t200 OK',
  'HTTP/1.1 200\tOK',
  ' HTTP/1.1 200 OK',
]
  .concat([
    'HTTP/1.1 2000 OK',
    'HTTP/1.1 20 OK',
    'HTTP/1.1 -200 OK',
    'HTTP/1.1 0x200 OK',
    'HTTP/1.1 OK',
    'HTTP/1.1',
  ])
  .concat([
    'HTTP/1.1 000 Huh',
    'HTTP/1.1 099 Huh',
    'HTTP/1.1 101 Switching',
    'HTTP/1.1 600 Huh',
    'HTTP/1.1 999 Huh',
  ])
  .concat([
    'HTTP/0.9 200 OK',
    'HTTP/1.2 200 OK',
    'HTTP/1.10 200 OK',
    'HTTP/01.1 200 OK',
    'HTTP/2.0 200 OK',
    'HTTP/2 200 OK',
    'HTTP/3 200 OK',
  ])
  .concat([
    'http/1.1 200 OK',
    'HTTP 1.1 200 OK',
    'HTTPS/1.1 200 OK',
    'RTSP/1.0 200 OK',
    'ICE/1.0 200 OK',
    'ICY 200 OK',
    'SIP/2.0 200 OK',
  ])
  .concat([
    '200 OK',
    '\ufeffHTTP/1.1 200 OK',
    '\x15\x03\x03\0\x02\x02\x28',
    '\x16\x03\x01',
    '\0\0\x12\x04\0\0\0\0\0',
    '+OK',
    '-ERR',
    '220 mail ESMTP',
  ])
  .concat([
    'HTTP/1.1 200 OK\0',
    'HTTP/1.1 200 O\rK',
    'HTTP/1.1 200 \x7f',
    'HTTP/1.1 200 \x80\xff',
    'HTTP/1.1 204 No\r\nContent-Length: 5',
  ])
  .concat([
    'HTTP/1.1 304 No\r\nTransfer-Encoding: chunked',
    'HTTP/1.1 100 Continue\r\nContent-Length: 5',
    'HTTP/1.1 103 Hints\r\nContent-Length: 5',
  ])
  .concat([
    'HTTP/1.1 103 Hints\r\nTransfer-Encoding: chunked',
    'GET / HTTP/1.1',
    'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK',
  ]);

/** Heads and chunks that recipients read in different ways. */
export function* conflicts(): Iterable<HostileCase> {
  const chunks = '5\r\nhello\r\n0\r\n\r\n';
  for (const end of ['fin', 'hold'] as const) {
    for (const [what, text] of everyConflict(chunks)) {
      for (const method of ['GET', 'HEAD', 'POST'] as const) {
        const name = `conflict/${what}/${method}/${end}`;
        yield { name, method, segments: [bytesOf(text)], end };
      }
    }
  }
}

function* everyConflict(chunks: string): Iterable<readonly [string, string]> {
  for (const version of ['1.1', '1.0']) {
    const head = (line: string): string => `HTTP/${version} 200 OK\r\n${line}\r\n\r\n`;
    for (const length of LENGTHS) {
      const line = `Content-Length: ${length}`;
      yield [`${version}, length ${JSON.stringify(length)}`, `${head(line)}hello`];
      const both = `${line}\r\nTransfer-Encoding: chunked`;
      yield [`${version}, chunked, length ${JSON.stringify(length)}`, head(both) + chunks];
    }
    for (const coding of CODINGS) {
      const line = `Transfer-Encoding: ${coding}`;
      yield [`${version}, coding ${JSON.stringify(coding)}`, head(line) + chunks];
      yield [
        `${version}, length, coding ${JSON.stringify(coding)}`,
        head(`Content-Length: 5\r\n${line}`) + chunks,
      ];
    }
    for (const line of NEARLY) yield [`${version}, header ${JSON.stringify(line)}`, head(line) + chunks];
  }
  for (const line of STATUS_LINES) {
    yield [`first line ${JSON.stringify(line)}`, `${line}\r\nContent-Length: 5\r\n\r\nhello`];
  }
  for (const lines of CHUNK_LINES) {
    yield [
      `chunks ${JSON.stringify(lines)}`,
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${lines}`,
    ];
  }
}
