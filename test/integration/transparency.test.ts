import { describe, expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { startBackend } from '../support/live-backend.ts';
import { open, readResponse, responseOf, type SendOptions } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { SHOWN, showcase } from '../support/live-showcase.ts';

/** Hop by hop, or said by the gateway, Node or Express of themselves. */
const OF_THE_WAY = /^(?:via|date|connection|keep-alive|transfer-encoding|trailer|x-powered-by)$/i;

/** Everything that a client can tell. */
async function seenOf(url: string, options: SendOptions) {
  const request = open(url, options);
  const interim: unknown[] = [];
  request.on('information', ({ statusCode, rawHeaders }) => {
    interim.push([statusCode, linesOf(rawHeaders)]);
  });
  request.end(options.body);
  const response = await responseOf(request);
  const { body, complete } = await readResponse(response);
  return {
    interim,
    status: response.statusCode,
    reason: response.statusMessage,
    headers: linesOf(response.rawHeaders),
    body: body.toString('latin1'),
    trailers: response.rawTrailers,
    complete,
  };
}

function linesOf(raw: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (!OF_THE_WAY.test(name)) lines.push(`${name}: ${raw[i + 1]}`);
  }
  return lines;
}

const BODY = { 'content-type': 'text/plain' };
const ASKED: readonly (readonly [string, string, SendOptions])[] = [
  ...SHOWN.map((path) => [`GET ${path}`, path, {}] as const),
  ...SHOWN.map((path) => [`HEAD ${path}`, path, { method: 'HEAD' }] as const),
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'OPTIONS', 'PROPFIND', 'REPORT'].map(
    (method) =>
      [`${method} with a body`, '/echo?a=b&a=c', { method, body: 'some body', headers: BODY }] as const,
  ),
  [
    'a form',
    '/echo',
    { method: 'POST', body: 'a=1&b=%20+', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ],
  [
    'a compressed body',
    '/echo',
    { method: 'POST', body: gzipSync('text'), headers: { ...BODY, 'content-encoding': 'gzip' } },
  ],
  ['an empty body', '/echo', { method: 'POST', headers: { 'content-length': 0 } }],
  ['a large body', '/echo', { method: 'PUT', body: Buffer.alloc(2_000_000, 'abc') }],
  ['a chunked body', '/echo', { method: 'POST', body: 'x', headers: { 'transfer-encoding': 'chunked' } }],
  ['DELETE without a body', '/echo', { method: 'DELETE' }],
  [
    'conditions',
    '/echo',
    {
      headers: {
        'if-none-match': 'W/"a", "b"',
        'if-modified-since': 'x',
        range: 'bytes=0-1',
        'if-range': '"a"',
      },
    },
  ],
  [
    'credentials',
    '/echo',
    { headers: { authorization: 'Basic eDp5', cookie: 'a=1; b="2"', origin: 'https://a.example' } },
  ],
  [
    'repeated lines',
    '/echo',
    { headers: ['X-A', '1', 'x-b', '2', 'X-a', '3', 'Accept', 'a/b', 'Accept', 'c/d'] },
  ],
  ['a path as it is', '/%2e%2e/a%2Fb//c;d=%00/?q=%26&%%', {}],
  [
    'a preflight',
    '/cors',
    { method: 'OPTIONS', headers: { origin: 'https://a.example', 'access-control-request-method': 'PUT' } },
  ],
];

describe.each(ADAPTERS)('with or without the gateway, %s', (adapter) => {
  test.each(ASKED)('%s: the same', async (_what, path, options) => {
    const backend = await startBackend(showcase);
    const gateway = await startGateway(adapter, { backends: [backend.url], retry: false });
    const direct = await seenOf(`${backend.url}${path}`, options);
    const proxied = await seenOf(`${gateway.url}${path}`, options);
    expect(proxied).toEqual(direct);
    expect(direct.complete).toBe(true);
  });
});
