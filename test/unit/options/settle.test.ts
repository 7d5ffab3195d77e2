import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { settleOptions, settlePolicy } from '../../../src/options/settle.ts';
import { DEFAULTS, type GatewayOptions } from '../../../src/options.ts';

const backends = ['http://a'];

beforeEach(() => {
  vi.stubEnv('NODE_ENV', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test('everything has a default', () => {
  const settings = settleOptions({ backends });
  expect(settings).toMatchObject({
    name: 'causeway',
    budget: DEFAULTS.budget,
    breaker: DEFAULTS.breaker,
    limits: DEFAULTS.limits,
  });
  expect(settings.request).toMatchObject({
    retry: DEFAULTS.retry,
    timeouts: DEFAULTS.timeouts,
    headers: DEFAULTS.headers,
    errors: { status: 502, disclose: 'public', deliver: 'respond' },
  });
});

test('what is given stands beside the defaults', () => {
  const settings = settleOptions({
    backends,
    retry: { retries: 1, budget: { ratio: 0.1 } },
    timeouts: { connectMs: 5 },
    limits: { queue: 0 },
  });
  expect(settings.budget).toEqual({ ...DEFAULTS.budget, ratio: 0.1 });
  expect(settings.request.retry).toEqual({ ...DEFAULTS.retry, retries: 1 });
  expect(settings.request.timeouts).toEqual({ ...DEFAULTS.timeouts, connectMs: 5 });
  expect(settings.limits).toEqual({ ...DEFAULTS.limits, queue: 0 });
});

test('off is a normal value', () => {
  const settings = settleOptions({ backends, retry: false, breaker: false });
  expect([settings.request.retry, settings.breaker]).toEqual([false, false]);
});

test('undefined is as good as nothing, at every level', () => {
  const given = {
    backends: [{ url: 'http://a', name: undefined, weight: undefined, tls: undefined }],
    name: undefined,
    retry: { retries: undefined, budget: { ratio: undefined }, when: undefined },
    breaker: undefined,
    timeouts: { connectMs: undefined },
    limits: undefined,
    errors: { status: undefined },
    logger: undefined,
    clock: undefined,
    random: undefined,
  } as unknown as GatewayOptions;
  const logger = { logger: expect.anything() as unknown };
  expect(settleOptions(given)).toEqual({ ...settleOptions({ backends }), ...logger });
});

test('the result is frozen, and what was given is left as it was', () => {
  const given = { backends: ['http://a'], retry: { budget: { ratio: 0.1 } }, timeouts: { connectMs: 5 } };
  const before = structuredClone(given);
  const settings = settleOptions(given);
  expect(given).toEqual(before);
  expect(Object.isFrozen(given.timeouts)).toBe(false);
  const { request } = settings;
  for (const group of [
    settings,
    settings.budget,
    settings.breaker,
    settings.limits,
    request,
    request.retry,
    request.timeouts,
    request.headers,
    request.errors,
  ]) {
    expect(Object.isFrozen(group)).toBe(true);
  }
});

test('later changes to what was given change nothing', () => {
  const given = { backends: ['http://a'], timeouts: { connectMs: 5 } };
  const settings = settleOptions(given);
  given.timeouts.connectMs = 99;
  given.backends.push('http://b');
  expect([settings.request.timeouts.connectMs, settings.backends.length]).toEqual([5, 1]);
});

test.each([
  ['development', 'trusted'],
  ['test', 'trusted'],
  ['production', 'public'],
  ['staging', 'public'],
  [undefined, 'public'],
  ['', 'public'],
])('NODE_ENV %s: %s', (environment, disclose) => {
  vi.stubEnv('NODE_ENV', environment);
  expect(settleOptions({ backends }).request.errors.disclose).toBe(disclose);
});

describe('a policy', () => {
  const base = settleOptions({ backends, retry: { retries: 5 }, timeouts: { firstByteMs: 7 } }).request;

  test('overrides what it names, and keeps the rest of the gateway', () => {
    const settled = settlePolicy({ timeouts: { connectMs: 9 } }, base);
    expect(settled.timeouts).toEqual({ ...DEFAULTS.timeouts, firstByteMs: 7, connectMs: 9 });
    expect(settled.retry).toEqual(base.retry);
    expect(Object.isFrozen(settled)).toBe(true);
  });

  test('may switch retries off', () => {
    expect(settlePolicy({ retry: false }, base).retry).toBe(false);
  });

  test('may switch them on again, with the defaults', () => {
    const off = settleOptions({ backends, retry: false }).request;
    expect(settlePolicy({}, off).retry).toBe(false);
    expect(settlePolicy({ retry: { retries: 1 } }, off).retry).toEqual({ ...DEFAULTS.retry, retries: 1 });
  });

  test('is checked like options', () => {
    expect(() => settlePolicy({ timeouts: { connectMs: 0 } }, base)).toThrow(/^timeouts\.connectMs must be/);
  });
});

test('what is injected is used', () => {
  const logger = { warn: vi.fn(), error: vi.fn() };
  const random = (): number => 0;
  const settings = settleOptions({ backends, logger, random });
  settings.logger.warn({ a: 1 }, 'message');
  expect(logger.warn).toHaveBeenCalledExactlyOnceWith({ a: 1 }, 'message');
  expect(settings.random).toBe(random);
});
