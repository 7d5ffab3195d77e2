import { describe, expect, test } from 'vitest';
import type { Disclosure, ErrorSettings } from '../../../../src/engine/settings.ts';
import { HookError } from '../../../../src/engine/hooks.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { answerFailure } from '../../../../src/failure/report/answer.ts';
import { addAttempt, fakeExchange, PLAIN_ERRORS } from '../../../support/fake-exchange.ts';

function answer(errors: Partial<ErrorSettings>, retryAfterMs?: number) {
  const exchange = fakeExchange({ id: 'r-1' });
  addAttempt(exchange, { endedAt: 1_012, status: 503, cause: 'backend_status' });
  addAttempt(exchange, { endedAt: 1_000.84, cause: 'connection_refused', reached: 'no' });
  const failure = failed('connection_refused', retryAfterMs === undefined ? {} : { retryAfterMs });
  return answerFailure(exchange, failure, 'causeway', { ...PLAIN_ERRORS, ...errors });
}

test('public: headers and body say the same', () => {
  const { status, headers, content } = answer({});
  expect(status).toBe(502);
  expect(Object.fromEntries(headers)).toEqual({
    'Cache-Control': 'no-store',
    'Proxy-Status': 'causeway;error=connection_refused;details="connection_refused"',
    'Proxy-Cause': 'connection_refused',
    'X-Request-Id': 'r-1',
    'Proxy-Attempts': '2',
  });
  expect(JSON.parse(content.body)).toMatchObject({
    cause: headers.get('Proxy-Cause'),
    requestId: headers.get('X-Request-Id'),
    attemptCount: Number(headers.get('Proxy-Attempts')),
    status,
  });
});

test('trusted: the next hop and the timings as well', () => {
  const { headers } = answer({ disclose: 'trusted' });
  expect(headers.get('Proxy-Status')).toContain('next-hop="a"');
  expect(headers.get('Server-Timing')).toBe(
    'attempt-1;dur=12;desc="backend_status", attempt-2;dur=0.8;desc="connection_refused"',
  );
});

test('hidden: not even the number of attempts', () => {
  const { headers } = answer({ disclose: 'hidden' });
  expect([...headers.keys()].toSorted()).toEqual([
    'Cache-Control',
    'Proxy-Cause',
    'Proxy-Status',
    'X-Request-Id',
  ]);
});

test('Retry-After only when the gateway knows', () => {
  expect(answer({}).headers.has('Retry-After')).toBe(false);
  expect(answer({}, 1_500).headers.get('Retry-After')).toBe('2');
});

describe('errors.disclose', () => {
  test.each<[unknown, Disclosure]>([
    ['trusted', 'trusted'],
    ['public', 'public'],
    ['hidden', 'hidden'],
    ['everything', 'hidden'],
    [undefined, 'hidden'],
    [true, 'hidden'],
  ])('a function that gives %s means %s', (given, tier) => {
    expect(answer({ disclose: (() => given) as () => Disclosure }).tier).toBe(tier);
  });

  test('that throws is named', () => {
    const disclose = (): never => {
      throw new Error('oops');
    };
    expect(() => answer({ disclose })).toThrow(HookError);
  });
});
