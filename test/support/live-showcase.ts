import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { readAllFrom } from './live-client.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(50);
const BINARY = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const LARGE = Buffer.alloc(3_000_000, BINARY);
/** Header values are bytes; Node writes text as latin1. */
const UTF8 = Buffer.from('naïve ☃.txt').toString('latin1');

const head = (status: number, headers: readonly string[], reason?: string): Answer => {
  return (response) => response.writeHead(status, reason ?? '', [...headers] as never).end();
};

const body = (content: string | Buffer, ...headers: readonly string[]): Answer => {
  return (response) => {
    const length = ['Content-Length', String(Buffer.byteLength(content))];
    response.writeHead(200, [...headers, ...length] as never).end(content);
  };
};

/** One kind of response for each path. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  '/text': body(TEXT, 'Content-Type', 'text/plain; charset=utf-8'),
  '/json': body('{"a":[1,2,{"b":null}]}', 'Content-Type', 'application/json', 'ETag', '"json-1"'),
  '/html': body('<!doctype html><title>☃</title>', 'Content-Type', 'text/html'),
  '/binary': body(BINARY, 'Content-Type', 'application/octet-stream'),
  '/large': body(LARGE, 'Content-Type', 'application/octet-stream'),
  '/untyped': body('what is it?'),
  '/empty': body(''),
  '/gzip': body(gzipSync(TEXT), 'Content-Encoding', 'gzip', 'Vary', 'Accept-Encoding'),
  '/brotli': body(brotliCompressSync(TEXT), 'Content-Encoding', 'br', 'Vary', 'Accept-Encoding'),
  '/twice': body(gzipSync(gzipSync(TEXT)), 'Content-Encoding', 'gzip, gzip'),
  '/range': (response) => {
    response.writeHead(206, ['Content-Range', 'bytes 2-4/10', 'Content-Length', '3'] as never).end('cde');
  },
  '/ranges': body('--x\r\n\r\nab\r\n--x--', 'Content-Type', 'multipart/byteranges; boundary=x'),
  '/unsatisfiable': head(416, ['Content-Range', 'bytes */10', 'Content-Length', '0']),
  '/attachment': body('x', 'Content-Disposition', `attachment; filename="${UTF8}"`),
  '/cookies': body(
    'x',
    'Set-Cookie',
    'a=1; Path=/; HttpOnly',
    'Set-Cookie',
    'b=2; Domain=x',
    'Set-Cookie',
    'a=1',
  ),
  '/challenge': head(401, [
    'WWW-Authenticate',
    'Basic realm="a, b"',
    'WWW-Authenticate',
    'Bearer',
    'Content-Length',
    '0',
  ]),
  '/links': body('x', 'Link', '</a>; rel=next', 'Link', '</b>; rel=prev', 'Vary', 'Accept', 'Vary', 'Origin'),
  '/many-headers': body('x', ...Array.from({ length: 150 }, (_, i) => [`X-${i}`, `v${i}`]).flat()),
  '/odd-values': body(
    'x',
    'X-Empty',
    '',
    'X-Bytes',
    UTF8,
    'X-Quotes',
    '"a\\"b", c',
    'X-Long',
    'y'.repeat(9_000),
  ),
  '/cors': head(204, ['Access-Control-Allow-Origin', '*', 'Access-Control-Allow-Methods', 'GET, QUERY']),
  '/caching': body(
    'x',
    'Cache-Control',
    'public, max-age=60',
    'Age',
    '12',
    'Expires',
    'Thu, 01 Jan 1970 00:00:00 GMT',
  ),
  '/own-date': body('x', 'Date', 'Thu, 01 Jan 2026 00:00:00 GMT', 'Server', 'own/1.0', 'X-Powered-By', 'own'),
  '/no-content': head(204, ['X-A', '1']),
  '/reset-content': head(205, ['Content-Length', '0']),
  '/not-modified': head(304, ['ETag', '"1"', 'Cache-Control', 'no-cache', 'Vary', 'Accept']),
  '/reason': head(200, ['Content-Length', '0'], 'Quite Fine, Thanks'),
  '/hints': (response) => {
    response.writeEarlyHints({ link: ['</a.css>; rel=preload', '</b.js>; rel=preload'] });
    response.writeProcessing();
    response.end('with hints');
  },
  '/chunks': (response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    for (let i = 0; i < 20; i += 1) response.write(`line ${i}\n`);
    response.end();
  },
  '/slow-chunks': (response) => {
    response.write('first ');
    setTimeout(() => response.end('second'), 20);
  },
  '/trailers': (response, { method }) => {
    if (method === 'HEAD') return void response.end();
    response.writeHead(200, { Trailer: 'X-Sum' }).write('body');
    response.addTrailers({ 'X-Sum': 'abc', 'X-Other': '' });
    response.end();
  },
  '/events': (response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
    response.write('data: one\n\n');
    setTimeout(() => response.end('id: 2\ndata: two\n\n'), 20);
  },
  '/until-closed': (response) => {
    response.shouldKeepAlive = false;
    response.useChunkedEncodingByDefault = false;
    response.removeHeader('Transfer-Encoding');
    response.end('until the end');
  },
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].map((status) => [
      `/redirect/${status}`,
      head(status, ['Location', 'http://backend.internal:1234/x?y#z', 'Content-Length', '0']),
    ]),
  ),
  ...Object.fromEntries(
    [400, 403, 404, 405, 409, 410, 418, 422, 425, 429, 451, 500, 501, 505, 507, 599, 700, 999].map(
      (status) => [
        `/status/${status}`,
        (response: ServerResponse) => response.writeHead(status, { 'X-Why': 'so' }).end(`status ${status}`),
      ],
    ),
  ),
};

export const SHOWN = Object.keys(ANSWERS);

/** Written by those between, or about them. */
const OF_THE_WAY =
  /^(?:host|connection|via|x-request-id|x-forwarded-\w+|forwarded|transfer-encoding|content-length)$/i;

/** Says to the letter what came. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = await readAllFrom(request);
  const headers: string[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] ?? '';
    if (!OF_THE_WAY.test(name)) headers.push(`${name}: ${request.rawHeaders[i + 1]}`);
  }
  const hash = createHash('sha256').update(bytes).digest('hex');
  const { method, url } = request;
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ method, url, headers, bytes: bytes.length, hash }));
}

/** A backend that answers in all the ways in which backends answer. */
export const showcase: RequestListener = (request, response) => {
  const answer = ANSWERS[request.url ?? ''];
  if (answer && request.headers['x-echo'] === undefined) return answer(response, request);
  void echo(request, response);
};
