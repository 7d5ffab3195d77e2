import { describe, expect, test } from 'vitest';
import { BufferedBody } from '../../../src/engine/body.ts';
import { valuesOf } from '../../../src/engine/headers.ts';
import { requestHeaders } from '../../../src/engine/request-headers.ts';
import { fakeBody, fakeExchange, fakeTarget } from '../../support/fake-exchange.ts';

const target = fakeTarget('a', { host: 'backend.internal:8080' });

test('end-to-end headers keep order, spelling and duplicates', () => {
  const rawHeaders = ['aCCept', 'text/html', 'X-Two', '1', 'Cookie', 'a=1', 'X-Two', '2', 'x-TWO', '3'];
  const headers = requestHeaders(fakeExchange({ rawHeaders }), target, 'causeway');
  expect(headers.slice(2, 2 + rawHeaders.length)).toEqual(rawHeaders);
});

describe('Host', () => {
  test('is the one that the client asked for', () => {
    const exchange = fakeExchange({ rawHeaders: ['Host', 'ignored.example'], authority: 'shop.example' });
    expect(valuesOf(requestHeaders(exchange, target, 'causeway'), 'host')).toEqual(['shop.example']);
  });

  test('is the backend on request', () => {
    const exchange = fakeExchange({ settings: { headers: { host: 'backend' } } });
    const headers = requestHeaders(exchange, target, 'causeway');
    expect(valuesOf(headers, 'host')).toEqual(['backend.internal:8080']);
    expect(valuesOf(headers, 'x-forwarded-host')).toEqual(['shop.example']);
  });

  test('is left out for an HTTP/1.0 client that sent none', () => {
    const exchange = fakeExchange({ authority: undefined, httpVersion: '1.0' });
    expect(valuesOf(requestHeaders(exchange, target, 'causeway'), 'host')).toEqual([]);
  });
});

describe('Via', () => {
  test('names the version that was received, and us', () => {
    const exchange = fakeExchange({ httpVersion: '1.0' });
    expect(valuesOf(requestHeaders(exchange, target, 'edge-1'), 'via')).toEqual(['1.0 edge-1']);
  });

  test('is added to those of earlier proxies', () => {
    const exchange = fakeExchange({ rawHeaders: ['Via', '1.1 cdn'] });
    expect(valuesOf(requestHeaders(exchange, target, 'causeway'), 'via')).toEqual([
      '1.1 cdn',
      '1.1 causeway',
    ]);
  });
});

test('the request id replaces what the client sent under that name', () => {
  const exchange = fakeExchange({ id: 'ours', rawHeaders: ['X-Request-Id', 'theirs'] });
  expect(valuesOf(requestHeaders(exchange, target, 'causeway'), 'x-request-id')).toEqual(['ours']);
});

describe('Content-Length', () => {
  const length = (exchange: ReturnType<typeof fakeExchange>): string[] =>
    valuesOf(requestHeaders(exchange, target, 'causeway'), 'content-length');

  test('is that of the body, not of the header', () => {
    const body = new BufferedBody(Buffer.from('twelve bytes'));
    expect(length(fakeExchange({ rawHeaders: ['Content-Length', '99'], body }))).toEqual(['12']);
  });

  test('is left out where the body has none', () => {
    expect(length(fakeExchange({ body: fakeBody() }))).toEqual([]);
    expect(length(fakeExchange({ rawHeaders: ['Content-Length', '0'] }))).toEqual([]);
  });
});

describe('Content-Encoding', () => {
  const rawHeaders = ['Content-Encoding', 'gzip', 'Content-Type', 'application/json'];

  test('goes with the bytes that came', () => {
    const headers = requestHeaders(fakeExchange({ rawHeaders, body: fakeBody() }), target, 'causeway');
    expect(valuesOf(headers, 'content-encoding')).toEqual(['gzip']);
  });

  test('is dropped when the body was written anew', () => {
    const body = new BufferedBody(Buffer.from('{}'));
    const headers = requestHeaders(fakeExchange({ rawHeaders, body }), target, 'causeway');
    expect(valuesOf(headers, 'content-encoding')).toEqual([]);
    expect(valuesOf(headers, 'content-type')).toEqual(['application/json']);
  });
});

test('the inbound headers are not edited', () => {
  const rawHeaders = Object.freeze(['Host', 'a', 'Connection', 'x-b', 'X-B', '1']);
  requestHeaders(fakeExchange({ rawHeaders }), target, 'causeway');
  expect(rawHeaders).toEqual(['Host', 'a', 'Connection', 'x-b', 'X-B', '1']);
});
