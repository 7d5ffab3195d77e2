import { describe, expect, test } from 'vitest';
import { givenDeadlineMs } from '../../../src/engine/deadline-header.ts';
import { valuesOf } from '../../../src/engine/headers.ts';
import { HookError } from '../../../src/engine/hooks.ts';
import { requestHeaders } from '../../../src/engine/request-headers.ts';
import {
  addAttempt,
  fakeBody,
  type FakeExchange,
  fakeExchange,
  fakeTarget,
} from '../../support/fake-exchange.ts';

const NAME = 'X-Request-Timeout-Ms';

/** What the attempt that begins at this time tells its backend. */
function told(given: FakeExchange, startedAt: number, deadlineMs = 5_000): string[] {
  const settings = { ...given.settings, timeouts: { deadlineHeader: NAME, deadlineMs } };
  const exchange = fakeExchange({ startedAt: 1_000, ...given, settings });
  addAttempt(exchange, { startedAt });
  return valuesOf(requestHeaders(exchange, fakeTarget(), 'causeway'), NAME.toLowerCase());
}

describe('the backend is told', () => {
  test('what is left when the attempt begins, in whole milliseconds', () => {
    expect(told({}, 1_000)).toEqual(['5000']);
    expect(told({}, 3_500.5)).toEqual(['2500']);
    expect(told({}, 5_999.9)).toEqual(['1']);
  });

  test('all of it while the client is still sending: time stands still', () => {
    expect(told({ body: fakeBody({ receivedAt: undefined }) }, 4_000)).toEqual(['5000']);
    expect(told({ body: fakeBody({ receivedAt: 3_000 }) }, 4_000)).toEqual(['4000']);
  });

  test('nothing where there is no deadline', () => {
    expect(told({}, 1_000, Infinity)).toEqual([]);
  });

  test.each([true, false])('once, whatever the client sent (trusted: %s)', (trust) => {
    const rawHeaders = ['x-request-TIMEOUT-ms', '9', 'X-Other', '9', NAME, '8'];
    expect(told({ rawHeaders, settings: { headers: { trust } } }, 2_000)).toEqual(['4000']);
    expect(told({ rawHeaders, settings: { headers: { trust } } }, 2_000, Infinity)).toEqual([]);
  });
});

test('while it is off, such a header is one like any other', () => {
  const rawHeaders = [NAME, '9'];
  const headers = requestHeaders(fakeExchange({ rawHeaders }), fakeTarget(), 'causeway');
  expect(valuesOf(headers, NAME.toLowerCase())).toEqual(['9']);
});

describe('a peer gives', () => {
  const given = (value: string, trust: boolean | (() => boolean) = true): number | undefined =>
    givenDeadlineMs(fakeExchange({ rawHeaders: [NAME, value], settings: { headers: { trust } } }), NAME);

  test.each([
    ['1', 1],
    ['250', 250],
    ['0250', 250],
    ['99999999', 99_999_999],
  ])('%s: that many milliseconds', (value, ms) => {
    expect(given(value)).toBe(ms);
  });

  test.each([
    '',
    '0',
    '000',
    '-5',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    ' 5',
    '5 ',
    '5ms',
    '5, 6',
    'soon',
    'NaN',
    'Infinity',
    '٣',
    '100000000',
    '9'.repeat(400),
  ])('%j: nothing', (value) => {
    expect(given(value)).toBeUndefined();
  });

  test('nothing where it sends none', () => {
    const exchange = fakeExchange({ settings: { headers: { trust: true } } });
    expect(givenDeadlineMs(exchange, NAME)).toBeUndefined();
  });

  test('nothing unless it is trusted, and a function that is asked is asked for real values only', () => {
    expect(given('5', false)).toBeUndefined();
    let asked = 0;
    const trust = (): boolean => {
      asked += 1;
      return true;
    };
    expect([given('soon', trust), asked]).toEqual([undefined, 0]);
    expect([given('5', trust), asked]).toEqual([5, 1]);
  });

  test('a trust that throws is named', () => {
    const trust = (): boolean => {
      throw new Error('oops');
    };
    expect(() => given('5', trust)).toThrow(HookError);
  });
});
