// An empty X-Forwarded-For of a trusted peer became an empty member at the head of the chain: `, 192.0.2.7`.
import { expect, test } from 'vitest';
import { valuesOf } from '../../src/engine/headers.ts';
import { requestHeaders } from '../../src/engine/request-headers.ts';
import { fakeExchange, fakeTarget } from '../support/fake-exchange.ts';

test('an empty chain is none', () => {
  const settings = { headers: { trust: true } };
  const exchange = fakeExchange({ rawHeaders: ['X-Forwarded-For', ''], settings });
  const headers = requestHeaders(exchange, fakeTarget(), 'causeway');
  expect(valuesOf(headers, 'x-forwarded-for')).toEqual(['192.0.2.7']);
});
