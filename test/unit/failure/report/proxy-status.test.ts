import { parseList, Token } from 'structured-headers';
import { describe, expect, test } from 'vitest';
import type { Disclosure } from '../../../../src/engine/settings.ts';
import type { CauseCode, Failed } from '../../../../src/engine/types.ts';
import { causes } from '../../../../src/failure/causes.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { buildReport } from '../../../../src/failure/report/build.ts';
import { proxyStatusOfFailure, proxyStatusOfResponse } from '../../../../src/failure/report/proxy-status.ts';
import { addAttempt, fakeExchange, fakeTarget, PLAIN_ERRORS } from '../../../support/fake-exchange.ts';

function parsed(
  failure: Failed,
  { tier = 'public', backend }: { tier?: Disclosure; backend?: string } = {},
): { name: unknown; parameters: Map<string, unknown> } {
  const exchange = fakeExchange();
  if (backend !== undefined) addAttempt(exchange, { target: fakeTarget(backend) });
  const report = buildReport(exchange, failure, PLAIN_ERRORS);
  const members = parseList(proxyStatusOfFailure('causeway', report, tier));
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

describe('the next hop', () => {
  const nextHop = (backend?: string, tier: Disclosure = 'trusted'): unknown =>
    parsed(failed('dns_failed'), { tier, ...(backend !== undefined && { backend }) }).parameters.get(
      'next-hop',
    );

  test('is a string, whatever it is called', () => {
    expect(nextHop('b "1"\\x')).toBe('b "1"\\x');
    expect(nextHop('bäck\r\nend')).toBe('b?ck??end');
  });

  test('is not there when there was none, or for others', () => {
    expect(nextHop()).toBeUndefined();
    for (const tier of ['public', 'hidden'] as const) expect(nextHop('b', tier)).toBeUndefined();
  });
});

describe('parameters of the case', () => {
  const failure = failed('dns_failed', { parameters: { rcode: 'REFUSED', 'info-code': 'bé\r\nd', size: 7 } });

  test.each<[Disclosure, string[]]>([
    ['trusted', ['error', 'rcode', 'info-code', 'size', 'details']],
    ['public', ['error', 'rcode', 'size', 'details']],
    ['hidden', ['error', 'rcode', 'size', 'details']],
  ])('%s: words of our own for all, any other text for trusted readers', (tier, names) => {
    const { parameters } = parsed(failure, { tier });
    expect([...parameters.keys()]).toEqual(names);
    expect(parameters.get('rcode')).toBe('REFUSED');
    if (tier === 'trusted') expect(parameters.get('info-code')).toBe('b???d');
  });

  test.each(Object.entries(causes).flatMap(([cause, { parameters }]) => (parameters ? [cause] : [])))(
    'those of the table are told to all: %s',
    (cause) => {
      const { parameters } = parsed(failed(cause as CauseCode), { tier: 'hidden' });
      expect(Object.fromEntries(parameters)).toMatchObject(causes[cause as CauseCode].parameters ?? {});
    },
  );
});

test('beside a response of the backend itself', () => {
  const [name, parameters] = parseList(proxyStatusOfResponse('edge-1', 503))[0] ?? [];
  expect([text(name), parameters?.get('received-status')]).toEqual(['edge-1', 503]);
});
