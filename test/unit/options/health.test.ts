import { describe, expect, test } from 'vitest';
import { settleHealth } from '../../../src/options/health.ts';
import type { GatewayOptions } from '../../../src/options.ts';

const settle = (health: unknown): ReturnType<typeof settleHealth> =>
  settleHealth(health as GatewayOptions['health']);

test('off unless given', () => {
  expect([settle(undefined), settle(false)]).toEqual([false, false]);
});

test('defaults', () => {
  expect(settle({})).toEqual({
    path: undefined,
    method: 'GET',
    headers: {},
    expect: [[200, 399]],
    intervalMs: 5_000,
    timeoutMs: 2_000,
    rise: 2,
    fall: 3,
    initial: 'up',
  });
});

test('a short interval makes the default time limit as short', () => {
  expect(settle({ intervalMs: 500 })).toMatchObject({ timeoutMs: 500 });
  expect(() => settle({ intervalMs: 500, timeoutMs: 501 })).toThrow(
    'health.timeoutMs must be at most health.intervalMs (500), got 501',
  );
  expect(() => settle({ intervalMs: 99 })).toThrow(RangeError);
  expect(() => settle({ intervalMs: 600_001 })).toThrow(RangeError);
});

test.each<[unknown, unknown]>([
  [204, [[204, 204]]],
  ['200-299', [[200, 299]]],
  ['200', [[200, 200]]],
  [
    [200, '300-399', 404],
    [
      [200, 200],
      [300, 399],
      [404, 404],
    ],
  ],
])('expect %j', (given, expected) => {
  expect(settle({ expect: given })).toMatchObject({ expect: expected });
});

describe('refused, by name', () => {
  test.each<[unknown, string]>([
    [true, 'health must be an object, got true'],
    [null, 'health must be an object, got null'],
    [{ path: 'healthz' }, 'health.path must be a path that begins with "/", got "healthz"'],
    [{ path: '/a b' }, 'health.path must be a path that begins with "/", got "/a b"'],
    [{ path: '/a#b' }, 'health.path must be a path that begins with "/", got "/a#b"'],
    [{ path: '/a\r\nb' }, 'health.path must be a path'],
    [{ path: 1 }, 'health.path must be a path that begins with "/", got 1'],
    [{ method: 'POST' }, 'health.method must be "GET" or "HEAD" or "OPTIONS", got "POST"'],
    [{ initial: 'out' }, 'health.initial must be "up" or "down", got "out"'],
    [{ expect: 99 }, 'health.expect must be a status from 100 to 599, or a range such as "200-399", got 99'],
    [{ expect: '299-200' }, 'health.expect must be a status'],
    [{ expect: '2xx' }, 'health.expect must be a status'],
    [{ expect: [200, 600] }, 'health.expect[1] must be a status'],
    [{ expect: [] }, 'health.expect must have at least one status, got an empty array'],
    [{ headers: 'x' }, 'health.headers must be an object, got "x"'],
    [{ headers: { a: 1 } }, 'health.headers["a"] must be a string, got 1'],
    [{ headers: { 'a b': '1' } }, 'health.headers["a b"] must be a valid header'],
    [{ headers: { Connection: 'close' } }, 'health.headers["Connection"] must not be given'],
    [{ headers: { 'content-length': '1' } }, 'health.headers["content-length"] must not be given'],
  ])('%j', (given, complaint) => {
    expect(() => settle(given)).toThrow(complaint);
  });

  test('a header value that is no good is not repeated', () => {
    const bad = (): unknown => settle({ headers: { authorization: 'secret\n' } });
    expect(bad).toThrow('health.headers["authorization"] must be a valid header');
    expect(bad).not.toThrow('secret');
  });
});
