import type { Exchange } from '../engine/types.ts';
import { PriorityShares } from '../stats/priority-shares.ts';
import type { Backend } from './backend.ts';
import { wasTried } from './balance/balancer.ts';
import type { Pool } from './pool.ts';
import { LEVELS, type PriorityOf } from './priority.ts';

/** So many others are looked at, whatever the size of the pool. */
const MOST_LOOKS = 16;

/** Spares backends that push back (`limits.admission`). */
export class Admittance {
  readonly #priorityOf: PriorityOf | undefined;
  readonly #shares = new PriorityShares(LEVELS);

  constructor(priorityOf: PriorityOf | undefined) {
    this.#priorityOf = priorityOf;
  }

  /** The chosen one, or another one of the pool that does not push back; undefined: refuse it. */
  admit(chosen: Backend, pool: Pool, exchange: Exchange, now: number): Backend | undefined {
    const { admission } = chosen;
    const share = admission?.share(now) ?? 0;
    if (!admission || share === 0) return chosen;
    const quiet = this.#quietOne(pool, exchange, now);
    if (quiet) return quiet;
    const chance = this.#priorityOf ? this.#shares.chance(this.#priorityOf(exchange), share) : share;
    return admission.admits(chance, now) ? chosen : undefined;
  }

  /** In rotation and not tried, the least busy one of the first few. */
  #quietOne(pool: Pool, exchange: Exchange, now: number): Backend | undefined {
    let best: Backend | undefined;
    let looks = 0;
    for (const { inRotation } of pool.rotation.tiers) {
      for (const backend of inRotation) {
        if (looks >= MOST_LOOKS) return best;
        looks += 1;
        if (wasTried(exchange, backend) || (backend.admission?.share(now) ?? 0) > 0) continue;
        if (!best || backend.pending < best.pending) best = backend;
      }
      // A lower tier is better than a less busy one.
      if (best) return best;
    }
    return best;
  }
}
