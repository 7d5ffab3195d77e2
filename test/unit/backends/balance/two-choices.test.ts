import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import type { BalanceSettings } from '../../../../src/engine/settings.ts';
import { fakeBackend } from '../../../support/fake-backend.ts';
import { countPicks, fakeBalancer, used, usedBackends, weighted } from '../../../support/fake-balance.ts';
import { addAttempt, fakeExchange } from '../../../support/fake-exchange.ts';
import { fixedRandom, seededRandom } from '../../../support/fake-random.ts';

function namesPicked(backends: readonly Backend[], balance: BalanceSettings = 'peak-ewma'): string[] {
  return [...countPicks(fakeBalancer(balance, backends)).keys()].sort();
}

describe.each(['peak-ewma', 'least-pending'] as const)('%s', (balance) => {
  test('of none there is none', () => {
    expect(fakeBalancer(balance, []).pick(fakeExchange(), 0)).toBeUndefined();
  });

  test('of two equally fast it takes the less busy', () => {
    const [busy, idle] = [used(fakeBackend('busy')), used(fakeBackend('idle'))];
    busy.enter(1_000);
    expect(namesPicked([busy, idle], balance)).toEqual(['idle']);
  });

  test.each([2, 3, 10])('each of %i equals is taken equally often', (count) => {
    const counts = [...countPicks(fakeBalancer(balance, usedBackends(count))).values()];
    expect(counts).toHaveLength(count);
    for (const picked of counts) expect(Math.abs(picked - 6_000 / count)).toBeLessThan(6_000 * 0.05);
  });

  test.each<[number[]]>([[[1, 3]], [[1, 1, 10]], [[0.01, 0.02]], [[100, 300, 600]]])(
    'of idle backends each is taken by its weight: %j',
    (weights) => {
      const counts = countPicks(fakeBalancer(balance, weighted(weights)), 30_000);
      const total = weights.reduce((sum, weight) => sum + weight);
      weights.forEach((weight, index) => {
        const share = (counts.get(`b${index}`) ?? 0) / 30_000;
        expect(Math.abs(share - weight / total)).toBeLessThan(0.02);
      });
    },
  );

  test('a heavy one that is far too busy gives way', () => {
    const [heavy, light] = [used(fakeBackend('heavy', { weight: 9 })), used(fakeBackend('light'))];
    for (let i = 0; i < 30; i += 1) heavy.enter(1_000);
    expect(namesPicked([heavy, light], balance)).toEqual(['light']);
  });

  test('one that was tried does not come up while there is another one', () => {
    const backends = usedBackends(3);
    const balancer = fakeBalancer(balance, backends);
    const exchange = fakeExchange();
    for (const { target } of backends.slice(0, 2)) addAttempt(exchange, { target });
    for (let i = 0; i < 200; i += 1) expect(balancer.pick(exchange, 0)).toBe(backends[2]);
    addAttempt(exchange, { target: fakeBackend('b2').target });
    const last = backends[2];
    if (last) addAttempt(exchange, { target: last.target });
    expect(balancer.pick(exchange, 0)).toBeUndefined();
  });

  test('one that left does not come up', () => {
    const backends = usedBackends(3);
    const balancer = fakeBalancer(balance, backends);
    backends.slice(0, 2).forEach((backend) => balancer.delete(backend));
    expect([...countPicks(balancer, 100).keys()]).toEqual(['b2']);
    expect(balancer.size).toBe(1);
  });
});

describe('peak-ewma', () => {
  test('of two it takes the faster', () => {
    const [slow, fast] = [used(fakeBackend('slow')), used(fakeBackend('fast'))];
    slow.latency.observe(200, 1_000);
    fast.latency.observe(20, 1_000);
    expect(namesPicked([slow, fast])).toEqual(['fast']);
  });

  test('of two with different weights it takes the clearly faster', () => {
    const [slow, fast] = [used(fakeBackend('slow', { weight: 9 })), used(fakeBackend('fast'))];
    slow.latency.observe(200, 1_000);
    fast.latency.observe(20, 1_000);
    expect(namesPicked([slow, fast])).toEqual(['fast']);
  });

  test('the two that are compared are never the same', () => {
    const [worst, ...others] = usedBackends(3);
    worst?.latency.observe(10_000, 1_000);
    for (const [a, b] of [
      [0, 0],
      [0, 0.999],
      [0.999, 0],
      [0.999, 0.999],
    ] as const) {
      const backends = worst ? [worst, ...others] : [];
      expect(fakeBalancer('peak-ewma', backends, fixedRandom(a, b)).pick(fakeExchange(), 1_000)).not.toBe(
        worst,
      );
    }
  });

  test('a peak fades while the backend is left alone: it is put to the test again', () => {
    const [once, steady] = [used(fakeBackend('slow once')), used(fakeBackend('steady'))];
    once.latency.observe(5_000, 0);
    const balancer = fakeBalancer('peak-ewma', [once, steady], seededRandom(1));
    const taken = (now: number): string | undefined => {
      steady.latency.observe(10, now);
      return balancer.pick(fakeExchange(), now)?.target.name;
    };
    expect(taken(1_000)).toBe('steady');
    expect(taken(120_000)).toBe('slow once');
  });

  test('a new backend is tried at once, by one request', () => {
    const [known, fresh] = [used(fakeBackend('known')), fakeBackend('fresh')];
    known.latency.observe(1, 1_000);
    const balancer = fakeBalancer('peak-ewma', [known, fresh]);
    const picked = balancer.pick(fakeExchange(), 1_000);
    expect(picked).toBe(fresh);
    picked?.enter(1_000);
    for (let i = 0; i < 100; i += 1) expect(balancer.pick(fakeExchange(), 1_000)).toBe(known);
  });
});
