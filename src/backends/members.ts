import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../engine/clock.ts';
import type { BackendSettings } from '../engine/settings.ts';
import type { Failed, Target } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { IGNORED } from '../failure/verdict.ts';
import type { Backend } from './backend.ts';
import type { ChangeReason } from './change.ts';
import { Departure } from './departure.ts';
import type { Pool } from './pool.ts';

export interface MembersOptions {
  readonly clock: Clock;
  readonly pool: Pool;
  readonly create: (settings: BackendSettings, now: number) => Backend;
  /** Gives up the attempts that are under way at this target. */
  readonly cancelPending: (target: Target, failure: Failed) => void;
  /** Nothing is sent there any more: closes the connections. */
  readonly forget: (target: Target) => void;
}

/** Where the backends of the options come from. */
export const OPTIONS = 'options';
/** Where those come from that an operator has added. */
export const BY_HAND = 'by_hand';

/** What is kept of each that belongs to the pool or is on its way out. */
interface Membership {
  readonly source: string;
  /** It leaves when it is empty. */
  leaving: ChangeReason | undefined;
  /** An operator has drained it: that discovery lists it is no reason to use it. */
  drainedByHand: boolean;
  departure: Departure | undefined;
}

/** Who belongs to the pool. Names are unique among those that are not leaving. */
export class Members {
  readonly #options: MembersOptions;
  readonly #byName = new Map<string, Backend>();
  readonly #memberships = new Map<Backend, Membership>();

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** Those that belong, and those on their way out. */
  get all(): readonly Backend[] {
    return this.#options.pool.backends;
  }

  get isPanicking(): boolean {
    return this.#options.pool.rotation.isPanicking;
  }

  /**
   * One that joins later than the options warms up.
   * @throws TypeError when the name is taken.
   */
  add(settings: BackendSettings, source: string): Backend {
    const { clock, create, pool } = this.#options;
    const { name } = settings.target;
    if (this.#byName.has(name)) throw taken(name);
    const now = clock.now();
    const backend = create(settings, now);
    if (source !== OPTIONS) backend.warmUp(now);
    this.#byName.set(name, backend);
    this.#memberships.set(backend, {
      source,
      leaving: undefined,
      drainedByHand: false,
      departure: undefined,
    });
    pool.join(backend, reasonOf(source), now);
    return backend;
  }

  /**
   * No new requests. Resolves when none is pending any more; what still is when the grace ends, is given up.
   * @throws RangeError when there is no such backend.
   */
  drain(name: string, graceMs: number): Promise<void> {
    const [backend, membership] = this.#find(name);
    membership.drainedByHand = true;
    return this.#depart(backend, membership, 'by_hand', graceMs);
  }

  /** @throws RangeError when there is no such backend. */
  restore(name: string): void {
    const [backend, membership] = this.#find(name);
    membership.drainedByHand = false;
    this.#restore(backend, membership, 'by_hand');
  }

  /**
   * As `drain`, and then it leaves. Its name is free at once.
   * @throws RangeError when there is no such backend.
   */
  remove(name: string, graceMs: number): Promise<void> {
    const [backend, membership] = this.#find(name);
    return this.#dismiss(backend, membership, 'by_hand', graceMs);
  }

  /**
   * What belongs to `source` from now on. Backends that are the same in name, address and TLS stay, with their
   * breaker, latency and connections; the others leave, and their pending requests have `graceMs` to end.
   * @throws TypeError when a name is taken, before anything is changed.
   */
  reconcile(source: string, wanted: readonly BackendSettings[], graceMs = Infinity): void {
    this.#checkNames(source, wanted);
    const missing = new Map(wanted.map((settings) => [settings.target.name, settings]));
    const kept: (() => void)[] = [];
    for (const [backend, membership] of this.#memberships) {
      if (membership.source !== source) continue;
      const { target } = backend;
      const settings = missing.get(target.name);
      if (settings && isDeepStrictEqual(settings.target, target)) {
        missing.delete(target.name);
        kept.push(() => this.#keep(backend, membership, settings));
      } else if (!membership.leaving) void this.#dismiss(backend, membership, 'discovery', graceMs);
    }
    // After those that leave: one may come back to a name that it had lost.
    for (const keep of kept) keep();
    for (const settings of missing.values()) this.add(settings, source);
  }

  /** @throws RangeError when there is no such backend. */
  named(name: string): Backend {
    return this.#find(name)[0];
  }

  sourceOf(backend: Backend): string | undefined {
    return this.#memberships.get(backend)?.source;
  }

  close(): void {
    for (const { departure } of this.#memberships.values()) departure?.callOff();
    for (const { breaker } of this.all) breaker?.close();
  }

  #find(name: string): [Backend, Membership] {
    const backend = this.#byName.get(name);
    const membership = backend && this.#memberships.get(backend);
    if (membership) return [backend, membership];
    throw new RangeError(`there is no backend ${JSON.stringify(name)}`);
  }

  #checkNames(source: string, wanted: readonly BackendSettings[]): void {
    const names = new Set<string>();
    for (const { target } of wanted) {
      const holder = this.#byName.get(target.name);
      if (names.has(target.name) || (holder && this.sourceOf(holder) !== source)) throw taken(target.name);
      names.add(target.name);
    }
  }

  /** It may have been on its way out. */
  #keep(backend: Backend, membership: Membership, { weight, tier }: BackendSettings): void {
    if (backend.weight !== weight || backend.tier !== tier) {
      backend.weight = weight;
      backend.tier = tier;
      this.#options.pool.resettle(backend);
    }
    if (!membership.leaving) return;
    this.#byName.set(backend.target.name, backend);
    membership.leaving = undefined;
    if (!membership.drainedByHand) this.#restore(backend, membership, 'discovery');
  }

  #restore(backend: Backend, membership: Membership, reason: ChangeReason): void {
    membership.departure?.callOff();
    membership.departure = undefined;
    backend.restore(reason, this.#options.clock.now());
  }

  #dismiss(backend: Backend, membership: Membership, reason: ChangeReason, graceMs: number): Promise<void> {
    this.#byName.delete(backend.target.name);
    membership.leaving = reason;
    return this.#depart(backend, membership, reason, graceMs);
  }

  #depart(backend: Backend, membership: Membership, reason: ChangeReason, graceMs: number): Promise<void> {
    const { cancelPending, clock } = this.#options;
    backend.drain(reason, clock.now());
    const departure = (membership.departure ??= new Departure(backend, {
      clock,
      giveUp: ({ target }, ms) => cancelPending(target, graceOver(target, ms)),
      onEmpty: () => this.#emptied(backend, membership),
    }));
    departure.endWithin(graceMs);
    return departure.over;
  }

  #emptied(backend: Backend, membership: Membership): void {
    const { clock, forget, pool } = this.#options;
    membership.departure = undefined;
    forget(backend.target);
    if (!membership.leaving) return;
    this.#memberships.delete(backend);
    backend.breaker?.close();
    pool.leave(backend, membership.leaving, clock.now());
  }
}

function reasonOf(source: string): ChangeReason {
  return source === OPTIONS || source === BY_HAND ? 'by_hand' : 'discovery';
}

function taken(name: string): TypeError {
  return new TypeError(`backends must have different names, got ${JSON.stringify(name)} twice`);
}

function graceOver({ name }: Target, graceMs: number): Failed {
  const detail = `Backend ${JSON.stringify(name)} was taken out, and its grace of ${graceMs} ms is over.`;
  return failed('no_healthy_backend', { detail, reached: 'maybe', verdict: IGNORED, isOfOneBackend: true });
}
