import { expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { HookError } from '../../../../src/engine/hooks.ts';
import type { BalanceSettings } from '../../../../src/engine/settings.ts';
import { fakeBackend, SUCCEEDED } from '../../../support/fake-backend.ts';
import { fakeBalancer, usedBackends, weighted } from '../../../support/fake-balance.ts';
import { addAttempt, fakeExchange } from '../../../support/fake-exchange.ts';

const BY_PATH: BalanceSettings = { hash: ({ path }) => path };

function exchangeFor(path: string) {
  return fakeExchange({ path });
}

function busy(backend: Backend | undefined, requests: number): void {
  for (let i = 0; i < requests; i += 1) backend?.enter(1_000);
}

test('requests with the same text go to the same backend', () => {
  const balancer = fakeBalancer(BY_PATH, usedBackends(5));
  const seen = new Set<Backend | undefined>();
  for (let key = 0; key < 100; key += 1) {
    const first = balancer.pick(exchangeFor(`/${key}`), 0);
    for (let i = 0; i < 5; i += 1) expect(balancer.pick(exchangeFor(`/${key}`), 0)).toBe(first);
    seen.add(first);
  }
  expect(seen.size).toBe(5);
});

test('in shares by weight', () => {
  const balancer = fakeBalancer(BY_PATH, weighted([1, 2, 5]));
  const counts = new Map<string | undefined, number>();
  for (let key = 0; key < 20_000; key += 1) {
    const name = balancer.pick(exchangeFor(`/${key}`), 0)?.target.name;
    counts.set(name, (counts.get(name) ?? 0) + 1 / 20_000);
  }
  expect(counts.get('b0')).toBeCloseTo(1 / 8, 1);
  expect(counts.get('b1')).toBeCloseTo(2 / 8, 1);
  expect(counts.get('b2')).toBeCloseTo(5 / 8, 1);
});

test('a backend that is out gets its texts back', () => {
  const backends = usedBackends(5);
  const balancer = fakeBalancer(BY_PATH, backends);
  const [out] = backends;
  const before = Array.from({ length: 200 }, (_, key) => balancer.pick(exchangeFor(`/${key}`), 0));
  if (out) balancer.delete(out);
  before.forEach((backend, key) => {
    const now = balancer.pick(exchangeFor(`/${key}`), 0);
    if (backend === out) expect(now).not.toBe(out);
    else expect(now).toBe(backend);
  });
  if (out) balancer.add(out);
  before.forEach((backend, key) => expect(balancer.pick(exchangeFor(`/${key}`), 0)).toBe(backend));
});

test('another attempt goes on along the ring, always to the same one', () => {
  const balancer = fakeBalancer(BY_PATH, usedBackends(5));
  const second = (): Backend | undefined => {
    const exchange = exchangeFor('/x');
    const first = balancer.pick(exchange, 0);
    if (first) addAttempt(exchange, { target: first.target });
    const other = balancer.pick(exchange, 0);
    expect(other).not.toBe(first);
    return other;
  };
  expect(second()).toBeDefined();
  expect(second()).toBe(second());
});

test('with few requests pending, all of one text stay together', () => {
  const balancer = fakeBalancer(BY_PATH, usedBackends(5));
  const own = balancer.pick(exchangeFor('/x'), 0);
  busy(own, 7);
  expect(balancer.pick(exchangeFor('/x'), 0)).toBe(own);
  busy(own, 1);
  expect(balancer.pick(exchangeFor('/x'), 0)).not.toBe(own);
});

test('with many, a backend takes 1.25 times its part, and the next one the rest', () => {
  const backends = usedBackends(4);
  const balancer = fakeBalancer(BY_PATH, backends);
  const own = balancer.pick(exchangeFor('/x'), 0);
  for (const backend of backends) busy(backend, 100);
  // One more than 400 is 401: a quarter of it is 100.25, and 1.25 times that 125.3.
  for (let pending = 400; own && own.pending < Math.ceil((1.25 * (pending + 1)) / 4); pending += 1) {
    expect(balancer.pick(exchangeFor('/x'), 0)).toBe(own);
    busy(own, 1);
  }
  expect(own?.pending).toBe(137);
  const next = balancer.pick(exchangeFor('/x'), 0);
  expect(next).not.toBe(own);
  expect(balancer.pick(exchangeFor('/x'), 0)).toBe(next);
});

test('what is pending is counted while a backend is in rotation, and not after', () => {
  const backends = usedBackends(2);
  const balancer = fakeBalancer(BY_PATH, backends);
  const own = balancer.pick(exchangeFor('/x'), 0);
  const other = backends.find((backend) => backend !== own);
  const passes = Array.from({ length: 100 }, () => other?.enter(1_000));
  busy(own, 9);
  expect(balancer.pick(exchangeFor('/x'), 0)).toBe(own);
  for (const pass of passes) pass?.settle(SUCCEEDED, 1_000);
  expect(balancer.pick(exchangeFor('/x'), 0)).toBe(other);
  busy(other, 100);
  if (other) balancer.delete(other);
  if (other) balancer.add(other);
  expect(balancer.pick(exchangeFor('/x'), 0)).toBe(own);
});

test('what is pending at one that is out makes no room for the others', () => {
  const backends = usedBackends(3);
  const balancer = fakeBalancer(BY_PATH, backends);
  const own = balancer.pick(exchangeFor('/x'), 0);
  const [out] = backends.filter((backend) => backend !== own);
  busy(own, 9);
  busy(out, 100);
  expect(balancer.pick(exchangeFor('/x'), 0)).toBe(own);
  if (out) balancer.delete(out);
  expect(balancer.pick(exchangeFor('/x'), 0)).not.toBe(own);
});

test('a request without a text goes where fewer are pending', () => {
  const [idle, laden] = usedBackends(2);
  busy(laden, 1);
  const balancer = fakeBalancer({ hash: () => undefined }, idle && laden ? [idle, laden] : []);
  for (let i = 0; i < 20; i += 1) expect(balancer.pick(fakeExchange(), 0)).toBe(idle);
});

test('the function is asked once per request', () => {
  let asked = 0;
  const hash = (): string => {
    asked += 1;
    return 'x';
  };
  const balancer = fakeBalancer({ hash }, usedBackends(3));
  const exchange = fakeExchange();
  for (let i = 0; i < 5; i += 1) balancer.pick(exchange, 0);
  expect(asked).toBe(1);
});

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['gives a number', () => 7],
  ['gives a promise', () => Promise.resolve('x')],
])('when it %s, that is named', (_what, hash) => {
  const balancer = fakeBalancer({ hash: hash as () => string }, usedBackends(3));
  expect(() => balancer.pick(fakeExchange(), 0)).toThrow(HookError);
  expect(() => balancer.pick(fakeExchange(), 0)).toThrow('balance.hash');
});

test('of none there is none, whatever the text', () => {
  const balancer = fakeBalancer(BY_PATH, []);
  expect(balancer.pick(exchangeFor('/x'), 0)).toBeUndefined();
  const backend = fakeBackend('a');
  balancer.add(backend);
  balancer.forget(backend);
  expect([balancer.size, balancer.pick(exchangeFor('/x'), 0)]).toEqual([0, undefined]);
});
