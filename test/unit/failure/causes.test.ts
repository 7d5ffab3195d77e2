import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CauseCode } from '../../../src/engine/types.ts';
import { causes, type CauseRow } from '../../../src/failure/causes.ts';

const rows = Object.entries(causes) as [CauseCode, CauseRow][];

/** RFC 9209 section 2.3. */
const ERROR_TYPES = new Set([
  'dns_timeout',
  'dns_error',
  'destination_not_found',
  'destination_unavailable',
  'destination_ip_prohibited',
  'destination_ip_unroutable',
  'connection_refused',
  'connection_terminated',
  'connection_timeout',
  'connection_read_timeout',
  'connection_write_timeout',
  'connection_limit_reached',
  'tls_protocol_error',
  'tls_certificate_error',
  'tls_alert_received',
  'http_request_error',
  'http_request_denied',
  'http_response_incomplete',
  'http_response_header_section_size',
  'http_response_header_size',
  'http_response_body_size',
  'http_response_trailer_section_size',
  'http_response_trailer_size',
  'http_response_transfer_coding',
  'http_response_content_coding',
  'http_response_timeout',
  'http_upgrade_failed',
  'http_protocol_error',
  'proxy_internal_response',
  'proxy_internal_error',
  'proxy_configuration_error',
  'proxy_loop_detected',
]);

test('there is a row for every code of the union, and for nothing else', () => {
  const types = readFileSync(new URL('../../../src/engine/types.ts', import.meta.url), 'utf8');
  const union = /export type CauseCode =([^;]*);/.exec(types)?.[1] ?? '';
  const codes = [...union.matchAll(/'(\w+)'/g)].map((match) => match[1]);
  expect(codes.length).toBeGreaterThan(40);
  expect(rows.map(([code]) => code).toSorted()).toEqual(codes.toSorted());
});

test('the table cannot be changed', () => {
  expect(Object.isFrozen(causes)).toBe(true);
  for (const [code, row] of rows) {
    expect(Object.isFrozen(row), code).toBe(true);
    if (row.parameters) expect(Object.isFrozen(row.parameters), code).toBe(true);
  }
});

describe.each(rows)('%s', (code, row) => {
  test('is a code that never changes: snake_case', () => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  test('has an error type of RFC 9209, or none', () => {
    if (row.error !== undefined) expect(ERROR_TYPES).toContain(row.error);
  });

  test('says nothing of the deployment in public', () => {
    expect(row.title).not.toMatch(/\d+\.\d+|:\/\/|localhost|node|undici/i);
    expect(row.title).toMatch(/^[A-Z][^.]*$/);
    expect(row.remedy).toMatch(/[.?]$/);
  });

  test('blames whom its group blames', () => {
    if (row.group === 'gateway') expect(row.blames).toBe('gateway');
    if (row.group === 'client') expect(row.blames).toBe('client');
    expect(
      row.breaker === 'ignored' || row.blames === 'backend',
      'the breaker counts what blames the backend',
    ).toBe(true);
  });

  test('lets any method be repeated only where the request was provably not sent', () => {
    if (row.retry === 'any') expect(row.reached).toBe('no');
  });

  test('has a status that fits: 4xx for the client alone', () => {
    if (row.group === 'client') expect(row.status >= 400 && row.status < 500).toBe(true);
    else expect([500, 502, 503, 504]).toContain(row.status);
  });
});
