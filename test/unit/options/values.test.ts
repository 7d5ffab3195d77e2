import { describe, expect, test } from 'vitest';
import { settleOptions } from '../../../src/options/settle.ts';
import type { GatewayOptions } from '../../../src/options.ts';

const settle = (options: object): unknown =>
  settleOptions({ backends: ['http://a'], ...options } as GatewayOptions);

/** The option at this path alone. */
function at(path: string, value: unknown): object {
  return path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
}

describe('timeouts.deadlineHeader', () => {
  test.each(['X-Request-Timeout-Ms', 'x-envoy-expected-rq-timeout-ms', false])('takes %j', (value) => {
    expect(() => settle(at('timeouts.deadlineHeader', value))).not.toThrow();
  });

  test.each([
    '',
    'X Left',
    'X-Left:',
    'Überall',
    'a'.repeat(129),
    true,
    5,
    null,
    'Host',
    'connection',
    'Via',
    'X-Request-Id',
    'x-forwarded-for',
    'Content-Length',
    'Authorization',
  ])('refuses %j', (value) => {
    const complaint = (): unknown => settle(at('timeouts.deadlineHeader', value));
    expect(complaint).toThrow(TypeError);
    expect(complaint).toThrow(
      /^timeouts\.deadlineHeader must be false, or the name of a header that means nothing else, got /,
    );
  });
});

const NUMBERS: [path: string, low: number, high: number, integer: boolean][] = [
  ['retry.retries', 0, 10, true],
  ['retry.replayBytes', 0, 1_048_576, true],
  ['retry.maxRetryAfterMs', 0, 60_000, false],
  ['retry.budget.ratio', 0, 1, false],
  ['retry.budget.minPerSecond', 0, 1_000, false],
  ['retry.budget.windowMs', 1_000, 600_000, false],
  ['breaker.consecutiveFailures', 1, 1_000, true],
  ['breaker.minRequests', 1, 100_000, true],
  ['breaker.windowMs', 100, 600_000, false],
  ['breaker.successes', 1, 100, true],
  ['breaker.slowMs', 1, Infinity, false],
  ['panicThreshold', 0, 1, false],
  ['slowStartMs', 0, 600_000, false],
  ['health.rise', 1, 100, true],
  ['health.fall', 1, 100, true],
  ['discovery.waitMs', 0, Infinity, false],
  ['timeouts.connectMs', 1, Infinity, false],
  ['timeouts.firstByteMs', 1, Infinity, false],
  ['timeouts.idleMs', 1, Infinity, false],
  ['timeouts.writeMs', 1, Infinity, false],
  ['timeouts.requestBodyMs', 1, Infinity, false],
  ['timeouts.deadlineMs', 1, Infinity, false],
  ['limits.perBackend', 1, Infinity, true],
  ['limits.queue', 0, Infinity, true],
  ['limits.queueMs', 1, Infinity, false],
  ['limits.requestBytes', 0, Infinity, true],
  ['limits.replayBytes', 0, Infinity, true],
];

describe.each(NUMBERS)('%s from %d to %d', (path, low, high, integer) => {
  test('takes both ends', () => {
    expect(() => settle(at(path, low))).not.toThrow();
    expect(() => settle(at(path, high))).not.toThrow();
  });

  test('refuses what lies beyond, naming key, rule and value', () => {
    const below = low - 1;
    const complaint = (): unknown => settle(at(path, below));
    expect(complaint).toThrow(RangeError);
    expect(complaint).toThrow(`${path} must be`);
    expect(complaint).toThrow(`from ${low} to ${high}, got ${below}`);
    if (high !== Infinity) expect(() => settle(at(path, high + 1))).toThrow(RangeError);
  });

  test.each(['5', true, null, NaN, {}, []])('refuses %j: no number', (value) => {
    expect(() => settle(at(path, value))).toThrow(TypeError);
    expect(() => settle(at(path, value))).toThrow(`${path} must be`);
  });

  test('has a say in fractions', () => {
    const fraction = (): unknown => settle(at(path, low + 0.5));
    if (integer) expect(fraction).toThrow(RangeError);
    else expect(fraction).not.toThrow();
  });
});

test.each<[string, unknown]>([
  ['timeouts.learned', 1],
  ['headers.trust', 'yes'],
  ['headers.host', 'origin'],
  ['retry.when', true],
  ['errors.status', 399],
  ['errors.status', 600],
  ['errors.status', 'by_cause'],
  ['errors.disclose', 'all'],
  ['errors.render', {}],
  ['errors.deliver', 'throw'],
  ['balance', 'random'],
  ['logger', {}],
  ['logger', null],
  ['clock', { now: () => 0 }],
  ['random', 4],
  ['breaker', true],
  ['breaker', null],
  ['timeouts', null],
  ['limits', []],
  ['headers', 'x'],
  ['errors', 502],
])('%s: %o is refused by name', (path, value) => {
  expect(() => settle(at(path, value))).toThrow(new RegExp(`^${path.replace('.', '\\.')} must be `));
});

test.each<[string, unknown]>([
  ['headers.trust', true],
  ['headers.trust', () => true],
  ['errors.status', 400],
  ['errors.status', 599],
  ['errors.status', 'by-cause'],
  ['errors.status', () => 503],
  ['errors.disclose', 'hidden'],
  ['errors.disclose', () => 'public'],
  ['errors.deliver', 'next'],
  ['retry', false],
  ['breaker', false],
])('%s: %o is fine', (path, value) => {
  expect(() => settle(at(path, value))).not.toThrow();
});

describe('breaker.maxOpenMs', () => {
  test('may be openMs, and no less', () => {
    expect(() => settle({ breaker: { openMs: 500, maxOpenMs: 500 } })).not.toThrow();
    expect(() => settle({ breaker: { openMs: 500, maxOpenMs: 499 } })).toThrow(
      'breaker.maxOpenMs must be at least breaker.openMs (500), got 499',
    );
  });
});

describe('name', () => {
  test.each(['causeway', 'Edge-1', 'a', 'a.b_c', `a${'b'.repeat(63)}`])('%s is a token', (name) => {
    expect(() => settle({ name })).not.toThrow();
  });

  test.each(['', '1a', '-a', 'a b', 'a;b', 'ä', 'a\n', `a${'b'.repeat(64)}`, 5, null])(
    '%j is none',
    (name) => {
      expect(() => settle({ name })).toThrow(/^name must be a letter/);
    },
  );
});

test.each([undefined, null, 'http://a', 42, []])('%j is no object of options', (options) => {
  expect(() => settleOptions(options as unknown as GatewayOptions)).toThrow(/^options must be an object/);
});
