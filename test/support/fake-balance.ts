import type { Backend } from '../../src/backends/backend.ts';
import { createBalancer } from '../../src/backends/balance/balance.ts';
import type { Balancer } from '../../src/backends/balance/balancer.ts';
import type { Random } from '../../src/engine/clock.ts';
import type { BalanceSettings } from '../../src/engine/settings.ts';
import { type FakeBackend, fakeBackend } from './fake-backend.ts';
import { fakeExchange } from './fake-exchange.ts';
import { seededRandom } from './fake-random.ts';

/** A balancer with these backends in rotation. */
export function fakeBalancer(
  balance: BalanceSettings,
  backends: readonly Backend[],
  random: Random = seededRandom(7),
): Balancer {
  const balancer = createBalancer(balance, random);
  for (const backend of backends) balancer.add(backend);
  return balancer;
}

/** Backends `b0`, `b1`, ..., which have served before. */
export function usedBackends(count: number, given: FakeBackend = {}): Backend[] {
  return Array.from({ length: count }, (_, index) => used(fakeBackend(`b${index}`, given)));
}

export function used(backend: Backend): Backend {
  backend.isNew = false;
  return backend;
}

export function weighted(weights: readonly number[]): Backend[] {
  return weights.map((weight, index) => used(fakeBackend(`b${index}`, { weight, breaker: false })));
}

/** How often each comes up when nothing is ever pending. */
export function countPicks(balancer: Balancer, picks = 6_000, now = 1_000): Map<string, number> {
  const counts = new Map<string, number>();
  const exchange = fakeExchange();
  for (let i = 0; i < picks; i += 1) {
    const name = balancer.pick(exchange, now)?.target.name ?? 'none';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
