import { expect, test } from 'vitest';
import { settleOptions, settlePolicy } from '../../../src/options/settle.ts';
import type { GatewayOptions, PolicyOptions } from '../../../src/options.ts';
import { fakeSettings } from '../../support/fake-exchange.ts';

const settle = (options: object): unknown =>
  settleOptions({ backends: ['http://a'], ...options } as GatewayOptions);

test.each<[object, string]>([
  [{ backend: [] }, 'unknown option backend; did you mean backends?'],
  [{ retrys: 2 }, 'unknown option retrys; did you mean retry?'],
  [{ timeOuts: {} }, 'unknown option timeOuts; did you mean timeouts?'],
  [{ timeouts: { firstByte: 1 } }, 'unknown option timeouts.firstByte; did you mean timeouts.firstByteMs?'],
  [{ retry: { retrys: 2 } }, 'unknown option retry.retrys; did you mean retry.retries?'],
  [
    { retry: { budget: { rate: 0.2 } } },
    'unknown option retry.budget.rate; did you mean retry.budget.ratio?',
  ],
  [{ breaker: { failureRat: 1 } }, 'unknown option breaker.failureRat; did you mean breaker.failureRate?'],
  [{ health: { interval: 1 } }, 'unknown option health.interval; did you mean health.intervalMs?'],
  [{ discovery: { minTtl: 1 } }, 'unknown option discovery.minTtl; did you mean discovery.minTtlMs?'],
  [{ limits: { que: 1 } }, 'unknown option limits.que; did you mean limits.queue?'],
  [{ headers: { hosts: 'backend' } }, 'unknown option headers.hosts; did you mean headers.host?'],
  [{ errors: { state: 502 } }, 'unknown option errors.state; did you mean errors.status?'],
])('%o: %s', (options, message) => {
  expect(() => settle(options)).toThrow(TypeError);
  expect(() => settle(options)).toThrow(message);
});

test('what resembles nothing gets no suggestion, but the list', () => {
  expect(() => settle({ xyzzyplugh: 1 })).toThrow(/^unknown option xyzzyplugh \(known: backends, name, /);
});

test('an unknown key of a backend is named by its place', () => {
  expect(() => settle({ backends: ['http://a', { url: 'http://b', wieght: 2 }] })).toThrow(
    'unknown option backends[1].wieght; did you mean backends[1].weight?',
  );
  expect(() => settle({ backends: [{ url: 'https://a', tls: { cacert: '' } }] })).toThrow(
    'unknown option backends[0].tls.cacert',
  );
});

test.each(['backends', 'name', 'breaker', 'limits', 'clock', 'logger'])('a policy has no %s', (key) => {
  const policy = { [key]: {} } as PolicyOptions;
  expect(() => settlePolicy(policy, fakeSettings())).toThrow(`unknown option ${key}`);
});

test('the budget belongs to the gateway, not to a policy', () => {
  const policy = { retry: { budget: {} } } as PolicyOptions;
  expect(() => settlePolicy(policy, fakeSettings())).toThrow('retry.budget belongs to the gateway');
});
