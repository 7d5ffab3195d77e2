import type { Backend } from '../../src/backends/backend.ts';
import { createBalancer } from '../../src/backends/balance/balance.ts';
import type { Balancer } from '../../src/backends/balance/balancer.ts';
import { Pool } from '../../src/backends/pool.ts';
import type { Random } from '../../src/engine/clock.ts';
import type { BalanceSettings } from '../../src/engine/settings.ts';
import type { Exchange } from '../../src/engine/types.ts';
import { isIdempotent } from '../../src/engine/methods.ts';

export interface FakePool {
  readonly balance?: BalanceSettings;
  readonly random?: Random;
  readonly panicThreshold?: number;
  /** Sees each balancer that the pool makes. */
  readonly onBalancer?: (balancer: Balancer) => void;
  readonly mayBeRisked?: (exchange: Exchange) => boolean;
  readonly now?: number;
}

/** A pool that these backends have joined. */
export function fakePool(backends: readonly Backend[], given: FakePool = {}): Pool {
  const random = given.random ?? (() => 0);
  const pool = new Pool({
    random,
    createBalancer: () => {
      const balancer = createBalancer(given.balance ?? 'peak-ewma', random);
      given.onBalancer?.(balancer);
      return balancer;
    },
    panicThreshold: given.panicThreshold ?? 0,
    mayBeRisked: given.mayBeRisked ?? (({ request }) => isIdempotent(request.method)),
  });
  for (const backend of backends) pool.join(backend, 'by_hand', given.now ?? 1_000);
  return pool;
}
