import { Admittance } from '../../src/backends/admit.ts';
import type { Backend } from '../../src/backends/backend.ts';
import type { Pool } from '../../src/backends/pool.ts';
import type { PriorityOf } from '../../src/backends/priority.ts';
import { WaitingQueue } from '../../src/backends/queue.ts';
import { select, type SelectOptions } from '../../src/backends/select.ts';
import type { Exchange, Forward, Outcome } from '../../src/engine/types.ts';
import { FakeClock } from './fake-clock.ts';
import { deferred } from './fake-outcome.ts';
import { fakePool, type FakePool } from './fake-pool.ts';

export interface Hop {
  readonly exchange: Exchange;
  readonly backend: string | undefined;
  readonly resolve: (outcome: Outcome) => void;
}

export interface SelectGiven extends FakePool {
  readonly queue?: number;
  readonly below?: Forward;
  readonly fastestMs?: SelectOptions['fastestMs'];
  /** Spares backends that push back. */
  readonly admission?: { readonly priorityOf?: PriorityOf };
}

/** The select layer over these backends; what reaches the hop waits for the test. */
export class SelectFixture {
  readonly clock = new FakeClock();
  readonly hops: Hop[] = [];
  readonly queue: WaitingQueue;
  readonly pool: Pool;
  readonly forward: Forward;

  constructor(backends: readonly Backend[], given: SelectGiven = {}) {
    const { clock } = this;
    this.queue = new WaitingQueue({ clock, size: given.queue ?? 100, waitMs: 1_000 });
    this.pool = fakePool(backends, given);
    this.pool.watch(() => this.queue.wake());
    const hop: Forward = (exchange) => {
      const { promise, resolve } = deferred<Outcome>();
      this.hops.push({ exchange, backend: exchange.attempt?.target.name, resolve });
      return promise;
    };
    const { pool, queue } = this;
    const admittance = given.admission && new Admittance(given.admission.priorityOf);
    this.forward = select({
      clock,
      poolOf: () => pool,
      queue,
      admittance,
      ...(given.fastestMs && { fastestMs: given.fastestMs }),
    })(given.below ?? hop);
  }
}
