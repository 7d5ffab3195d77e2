import type { Backend } from '../../src/backends/backend.ts';
import { createBackend } from '../../src/backends/create.ts';
import { Members } from '../../src/backends/members.ts';
import type { BackendSettings } from '../../src/engine/settings.ts';
import type { Failed, Pass, Target } from '../../src/engine/types.ts';
import { DEFAULTS } from '../../src/options.ts';
import { FakeClock } from './fake-clock.ts';
import { fakeTarget } from './fake-exchange.ts';
import { fakePool } from './fake-pool.ts';

export function settingsOf(name: string, given: Partial<BackendSettings> = {}): BackendSettings {
  return { target: fakeTarget(name), weight: 1, tier: 0, ...given };
}

/** A pool whose members come and go, and what became of them. */
export class MembersFixture {
  readonly clock = new FakeClock();
  readonly pool = fakePool([]);
  readonly changes: string[] = [];
  readonly forgotten: string[] = [];
  readonly cancelled: [name: string, failure: Failed][] = [];
  readonly members: Members;

  constructor() {
    this.members = new Members({
      clock: this.clock,
      pool: this.pool,
      create: (settings, now) =>
        createBackend(
          settings,
          { breaker: DEFAULTS.breaker, perBackend: 10, slowStartMs: 10_000, random: () => 0.5 },
          now,
        ),
      cancelPending: (target: Target, failure: Failed) => this.cancelled.push([target.name, failure]),
      forget: ({ name }) => void this.forgotten.push(name),
    });
    this.pool.watch(({ backend, kind }) => this.changes.push(`${backend.target.name} ${kind}`));
  }

  get names(): string[] {
    return this.pool.backends.map(({ target }) => target.name);
  }

  add(...names: readonly string[]): Backend[] {
    return names.map((name) => this.members.add(settingsOf(name), 'options'));
  }

  /** A request under way. */
  enter(backend: Backend | undefined): Pass {
    const pass = backend?.enter(this.clock.now());
    if (!pass) throw new Error('not admitted');
    return pass;
  }
}

/** Whether a promise has settled by now. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol('open');
  return (await Promise.race([promise, Promise.resolve(open)])) !== open;
}
