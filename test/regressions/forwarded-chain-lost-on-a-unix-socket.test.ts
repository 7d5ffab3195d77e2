// Behind a listener on a Unix socket, whose peers have no address, a trusted X-Forwarded-For was dropped.
import { expect, test } from 'vitest';
import { valuesOf } from '../../src/engine/headers.ts';
import { requestHeaders } from '../../src/engine/request-headers.ts';
import { fakeExchange, fakeTarget } from '../support/fake-exchange.ts';

test('a trusted chain survives a peer without an address', () => {
  const exchange = fakeExchange({
    rawHeaders: ['X-Forwarded-For', '203.0.113.9, 198.51.100.1'],
    remoteAddress: undefined,
    settings: { headers: { trust: true } },
  });
  const headers = requestHeaders(exchange, fakeTarget(), 'causeway');
  expect(valuesOf(headers, 'x-forwarded-for')).toEqual(['203.0.113.9, 198.51.100.1']);
});
