import { describe, expect, test, vi } from 'vitest';
import { HookError } from '../../../../src/engine/hooks.ts';
import type { ErrorSettings } from '../../../../src/engine/settings.ts';
import type { Attempt, CauseCode, Reached } from '../../../../src/engine/types.ts';
import { causes } from '../../../../src/failure/causes.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { buildReport } from '../../../../src/failure/report/build.ts';
import {
  addAttempt,
  type FakeExchange,
  fakeExchange,
  fakeTarget,
  PLAIN_ERRORS,
} from '../../../support/fake-exchange.ts';

const errors = (given: Partial<ErrorSettings>): ErrorSettings => ({ ...PLAIN_ERRORS, ...given });

function report(
  cause: CauseCode,
  given: FakeExchange = {},
  attempts: readonly Partial<Attempt>[] = [{ cause, reached: causes[cause].reached }],
) {
  const exchange = fakeExchange(given);
  for (const attempt of attempts) addAttempt(exchange, attempt);
  return buildReport(exchange, failed(cause), PLAIN_ERRORS);
}

describe('status', () => {
  const ours = (Object.keys(causes) as CauseCode[]).filter((code) => causes[code].group !== 'client');

  test.each(ours)('%s is 502, or by cause what RFC 9209 recommends', (cause) => {
    expect(buildReport(fakeExchange(), failed(cause), PLAIN_ERRORS).status).toBe(502);
    expect(buildReport(fakeExchange(), failed(cause), errors({ status: 'by-cause' })).status).toBe(
      causes[cause].status,
    );
    expect(buildReport(fakeExchange(), failed(cause), errors({ status: 599 })).status).toBe(599);
  });

  test('what the client did wrong stays 4xx, whatever is configured', () => {
    const never = vi.fn(() => 500);
    for (const status of [502, 'by-cause', never] as const) {
      const rejected = failed('request_rejected', { status: 413 });
      expect(buildReport(fakeExchange(), rejected, errors({ status })).status).toBe(413);
      expect(buildReport(fakeExchange(), failed('request_body_timeout'), errors({ status })).status).toBe(
        408,
      );
    }
    expect(never).not.toHaveBeenCalled();
  });

  test('a function decides, given report and request', () => {
    const status = vi.fn(() => 503);
    const exchange = fakeExchange();
    expect(buildReport(exchange, failed('dns_failed'), errors({ status })).status).toBe(503);
    expect(status).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ cause: 'dns_failed' }),
      exchange.request,
    );
  });

  test.each([200, 399, 600, 502.5, NaN, '503', undefined])(
    '%s from a function is no status: 502',
    (value) => {
      const status = (() => value) as () => number;
      expect(buildReport(fakeExchange(), failed('dns_failed'), errors({ status })).status).toBe(502);
    },
  );

  test('a function that throws is named', () => {
    const status = (): never => {
      throw new Error('oops');
    };
    const run = (): unknown => buildReport(fakeExchange(), failed('dns_failed'), errors({ status }));
    expect(run).toThrow(HookError);
    expect(run).toThrow(/errors\.status/);
  });
});

describe('reached', () => {
  test.each<[string, Partial<Attempt>[], Reached]>([
    ['no attempt', [], 'maybe'],
    ['not sent', [{ cause: 'connection_refused', reached: 'no' }], 'no'],
    [
      'one that may have been processed, then one that was not sent',
      [
        { cause: 'closed_before_response', reached: 'maybe' },
        { cause: 'connection_refused', reached: 'no' },
      ],
      'maybe',
    ],
    [
      'one that was answered, then one that was not sent',
      [
        { status: 503, answeredAt: 5 },
        { cause: 'connection_refused', reached: 'no' },
      ],
      'yes',
    ],
    ['an attempt of which nothing is known', [{}], 'maybe'],
  ])('%s', (_what, attempts, expected) => {
    expect(report('closed_before_response', {}, attempts).reached).toBe(expected);
  });
});

describe('retryable', () => {
  test.each<[string, Reached, boolean]>([
    ['GET', 'yes', true],
    ['PUT', 'maybe', true],
    ['POST', 'no', true],
    ['POST', 'maybe', false],
    ['PATCH', 'yes', false],
  ])('%s reached %s: %s', (method, reached, retryable) => {
    expect(report('stale_connection', { method }, [{ cause: 'stale_connection', reached }]).retryable).toBe(
      retryable,
    );
  });

  test('a route that opted in may be repeated', () => {
    const settings = { retry: { when: () => true } };
    expect(report('stale_connection', { method: 'POST', settings }).retryable).toBe(true);
  });

  test('a function that throws here decides nothing', () => {
    const when = (): never => {
      throw new Error('oops');
    };
    expect(report('stale_connection', { method: 'POST', settings: { retry: { when } } }).retryable).toBe(
      false,
    );
  });

  test('repeating what the client did wrong is no use', () => {
    expect(report('request_rejected', {}, []).retryable).toBe(false);
  });
});

describe('detail', () => {
  test.each([
    [0, 'The backend refused the connection.'],
    [1, 'The backend refused the connection (after 1 attempt).'],
    [3, 'The backend refused the connection (after 3 attempts).'],
  ])('after %i attempts', (count, detail) => {
    expect(
      report(
        'connection_refused',
        {},
        Array.from({ length: count }, () => ({})),
      ).detail,
    ).toBe(detail);
  });

  test('names the underlying causes once each, and no backend', () => {
    const backends = [
      { backend: 'a', state: 'open', cause: 'connection_refused' },
      { backend: 'b', state: 'open', cause: 'connection_refused' },
      { backend: 'c', state: 'open', cause: 'dns_failed' },
      { backend: 'd', state: 'open' },
    ] as const;
    const built = buildReport(fakeExchange(), failed('circuit_open', { backends }), PLAIN_ERRORS);
    expect(built.underlying).toEqual(['connection_refused', 'dns_failed']);
    expect(built.detail).toMatch(/Underlying cause: connection_refused, dns_failed\.$/);
    expect(built.backends).toEqual(backends);
  });

  test('what a single case knows is for trusted readers, unless it is the fault of the client', () => {
    const known = failed('first_byte_timeout', { detail: 'No answer within 250 ms.' });
    const timeout = buildReport(fakeExchange(), known, PLAIN_ERRORS);
    expect(timeout.detail).not.toContain('250');
    expect(timeout.remedy).toMatch(/^No answer within 250 ms\. /);
    const rejected = failed('request_rejected', { status: 400, detail: 'Two Host headers.' });
    expect(buildReport(fakeExchange(), rejected, PLAIN_ERRORS).detail).toBe('Two Host headers.');
  });
});

test.each([
  [undefined, undefined],
  [0, 1],
  [1, 1],
  [1_000, 1],
  [1_001, 2],
])('to come back after %s ms is %s s', (retryAfterMs, seconds) => {
  const failure = failed('circuit_open', retryAfterMs === undefined ? {} : { retryAfterMs });
  expect(buildReport(fakeExchange(), failure, PLAIN_ERRORS).retryAfterSeconds).toBe(seconds);
});

test('attempts are listed with name, phase, duration and what became of them', () => {
  const limit = { limitMs: 250, source: 'learned' } as const;
  const built = report('first_byte_timeout', {}, [
    {
      target: fakeTarget('a'),
      phase: 'body',
      startedAt: 10,
      endedAt: 22.345,
      status: 503,
      cause: 'backend_status',
    },
    {
      target: fakeTarget('b'),
      phase: 'wait',
      startedAt: 30,
      endedAt: 280,
      cause: 'first_byte_timeout',
      limit,
    },
    { target: fakeTarget('c'), phase: 'select', startedAt: 300, hedge: true },
  ]);
  expect(built.attemptCount).toBe(3);
  expect(built.attempts).toEqual([
    { backend: 'a', phase: 'body', ms: 12.3, cause: 'backend_status', status: 503 },
    { backend: 'b', phase: 'wait', ms: 250, cause: 'first_byte_timeout', limit },
    { backend: 'c', phase: 'select', ms: 0, hedge: true },
  ]);
});

test('parameters of the case go before those of the table', () => {
  const failure = failed('dns_not_found', { parameters: { rcode: 'NOERROR' } });
  expect(buildReport(fakeExchange(), failure, PLAIN_ERRORS).parameters).toEqual({ rcode: 'NOERROR' });
});
