import { parseList, Token } from 'structured-headers';
import { describe, expect, test } from 'vitest';
import type { CauseCode, Failed } from '../../../../src/engine/types.ts';
import { causes } from '../../../../src/failure/causes.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { buildReport } from '../../../../src/failure/report/build.ts';
import { proxyStatusOfFailure, proxyStatusOfResponse } from '../../../../src/failure/report/proxy-status.ts';
import { fakeExchange, PLAIN_ERRORS } from '../../../support/fake-exchange.ts';

function parsed(failure: Failed, nextHop?: string): { name: unknown; parameters: Map<string, unknown> } {
  const report = buildReport(fakeExchange(), failure, PLAIN_ERRORS);
  const members = parseList(proxyStatusOfFailure('causeway', report, nextHop));
  expect(members).toHaveLength(1);
  const [name, parameters] = members[0] ?? [];
  return { name, parameters: parameters ?? new Map() };
}

const text = (value: unknown): unknown => (value instanceof Token ? value.toString() : value);

describe.each(Object.keys(causes) as CauseCode[])('%s', (cause) => {
  test('parses, and says the error as a token, the cause as details', () => {
    const { name, parameters } = parsed(failed(cause));
    expect(name).toBeInstanceOf(Token);
    expect(text(name)).toBe('causeway');
    expect(text(parameters.get('error'))).toBe(causes[cause].error);
    expect(parameters.get('details')).toBe(cause);
  });
});

test('with the number of an alert at hand, the alert is the error', () => {
  const { parameters } = parsed(failed('tls_handshake_failed', { parameters: { 'alert-id': 40 } }));
  expect([text(parameters.get('error')), parameters.get('alert-id')]).toEqual(['tls_alert_received', 40]);
});

test('the next hop is a string, whatever it is called', () => {
  expect(parsed(failed('dns_failed'), 'b "1"\\x').parameters.get('next-hop')).toBe('b "1"\\x');
  expect(parsed(failed('dns_failed'), 'bäck\r\nend').parameters.get('next-hop')).toBe('b?ck??end');
  expect(parsed(failed('dns_failed')).parameters.has('next-hop')).toBe(false);
});

test('beside a response of the backend itself', () => {
  const [name, parameters] = parseList(proxyStatusOfResponse('edge-1', 503))[0] ?? [];
  expect([text(name), parameters?.get('received-status')]).toEqual(['edge-1', 503]);
});
