import type { Backend } from '../../src/backends/backend.ts';
import { pickPeakEwma } from '../../src/backends/balance/peak-ewma.ts';
import type { Pick } from '../../src/backends/balance/pick.ts';
import { Pool } from '../../src/backends/pool.ts';
import type { Random } from '../../src/engine/clock.ts';

export interface FakePool {
  readonly pick?: Pick;
  readonly random?: Random;
  readonly now?: number;
}

/** A pool that these backends have joined. */
export function fakePool(backends: readonly Backend[], given: FakePool = {}): Pool {
  const pool = new Pool(given.pick ?? pickPeakEwma, given.random ?? (() => 0));
  for (const backend of backends) pool.join(backend, given.now ?? 1_000);
  return pool;
}
