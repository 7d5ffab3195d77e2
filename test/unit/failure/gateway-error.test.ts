import { expect, test } from 'vitest';
import { failed } from '../../../src/failure/failed.ts';
import { GatewayError } from '../../../src/failure/gateway-error.ts';
import { buildReport } from '../../../src/failure/report/build.ts';
import { fakeExchange, PLAIN_ERRORS } from '../../support/fake-exchange.ts';

test('carries what Express and Koa read, and what really happened', () => {
  const cause = new Error('connect ECONNREFUSED 10.0.0.1:3000');
  const report = buildReport(fakeExchange(), failed('connection_refused'), PLAIN_ERRORS);
  const headers = { 'proxy-cause': 'connection_refused' };
  const error = new GatewayError({ report, status: 502, headers, expose: true, cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'GatewayError',
    code: 'connection_refused',
    status: 502,
    statusCode: 502,
    headers,
    expose: true,
    report,
    cause,
  });
});

test('its message, which Koa shows to the client, is the public one', () => {
  const failure = failed('first_byte_timeout', { detail: 'backend a, 10.0.0.1' });
  const report = buildReport(fakeExchange(), failure, PLAIN_ERRORS);
  const error = new GatewayError({ report, status: 502, headers: {}, expose: true, cause: undefined });
  expect(error.message).toBe(report.detail);
  expect(error.message).not.toContain('10.0.0.1');
});
