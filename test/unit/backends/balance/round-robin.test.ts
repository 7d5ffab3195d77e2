import { expect, test } from 'vitest';
import type { Balancer } from '../../../../src/backends/balance/balancer.ts';
import { countPicks, fakeBalancer, usedBackends, weighted } from '../../../support/fake-balance.ts';
import { addAttempt, fakeExchange } from '../../../support/fake-exchange.ts';

function sequence(balancer: Balancer, picks: number): string {
  return Array.from({ length: picks }, () => balancer.pick(fakeExchange(), 1_000)?.target.name.slice(1)).join(
    '',
  );
}

test('of none there is none', () => {
  expect(fakeBalancer('round-robin', []).pick(fakeExchange(), 0)).toBeUndefined();
});

test('equals take turns, each once a round', () => {
  const balancer = fakeBalancer('round-robin', usedBackends(4));
  const round = sequence(balancer, 4);
  expect([...round].sort().join('')).toBe('0123');
  expect(sequence(balancer, 8)).toBe(round + round);
});

test('weights give more turns, spread over the round', () => {
  const picks = sequence(fakeBalancer('round-robin', weighted([5, 1, 1])), 70);
  for (let start = 0; start < 70; start += 7) {
    const round = picks.slice(start, start + 7);
    expect([...round].sort().join('')).toBe('0000012');
  }
  // nginx's order has runs of three at most, too.
  expect(/0000|[12]{2}/.test(picks)).toBe(false);
});

test('coming back wins no turns and loses none', () => {
  const backends = usedBackends(3);
  const balancer = fakeBalancer('round-robin', backends);
  const [flapping] = backends;
  const counts = new Map<string, number>();
  for (let i = 0; i < 3_000; i += 1) {
    const name = balancer.pick(fakeExchange(), 1_000)?.target.name ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (!flapping) continue;
    balancer.delete(flapping);
    balancer.add(flapping);
  }
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThanOrEqual(1);
});

test('a long absence is not made up for', () => {
  const backends = usedBackends(2);
  const balancer = fakeBalancer('round-robin', backends);
  const [absent] = backends;
  if (absent) balancer.delete(absent);
  countPicks(balancer, 1_000);
  if (absent) balancer.add(absent);
  expect(countPicks(balancer, 10).get('b0')).toBe(5);
});

test('one that was tried keeps its turn for the next request', () => {
  const backends = usedBackends(3);
  const balancer = fakeBalancer('round-robin', backends);
  const order = sequence(balancer, 3);
  const retry = fakeExchange();
  for (const digit of order.slice(0, 2)) {
    const backend = backends[Number(digit)];
    if (backend) addAttempt(retry, { target: backend.target });
  }
  expect(balancer.pick(retry, 1_000)).toBe(backends[Number(order[2])]);
  expect(sequence(balancer, 2)).toBe(order.slice(0, 2));
  expect(balancer.size).toBe(3);
});

test('when all were tried there is none', () => {
  const backends = usedBackends(2);
  const balancer = fakeBalancer('round-robin', backends);
  const retry = fakeExchange();
  for (const { target } of backends) addAttempt(retry, { target });
  expect(balancer.pick(retry, 1_000)).toBeUndefined();
  expect(balancer.size).toBe(2);
});
