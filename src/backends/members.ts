import type { Clock } from '../engine/clock.ts';
import type { BackendSettings } from '../engine/settings.ts';
import type { Failed, Target } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { IGNORED } from '../failure/verdict.ts';
import type { Backend } from './backend.ts';
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

/** Who belongs to the pool. Names are unique among those that are not leaving. */
export class Members {
  readonly #options: MembersOptions;
  readonly #byName = new Map<string, Backend>();
  readonly #sources = new Map<Backend, string>();
  readonly #departures = new Map<Backend, Departure>();

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** Those that belong, and those on their way out. */
  get all(): readonly Backend[] {
    return this.#options.pool.backends;
  }

  /** @throws TypeError when the name is taken. */
  add(settings: BackendSettings, source: string): Backend {
    this.#checkFree(settings.target.name);
    const { clock, create, pool } = this.#options;
    const now = clock.now();
    const backend = create(settings, now);
    this.#byName.set(settings.target.name, backend);
    this.#sources.set(backend, source);
    pool.join(backend, now);
    return backend;
  }

  /**
   * No new requests. Resolves when none is pending any more; what still is when the grace ends, is given up.
   * @throws RangeError when there is no such backend.
   */
  drain(name: string, graceMs: number): Promise<void> {
    const backend = this.named(name);
    backend.drain(this.#options.clock.now());
    return this.#depart(backend, graceMs);
  }

  /** @throws RangeError when there is no such backend. */
  restore(name: string): void {
    const backend = this.named(name);
    this.#departures.get(backend)?.callOff();
    this.#departures.delete(backend);
    backend.restore(this.#options.clock.now());
  }

  /**
   * As `drain`, and then it leaves. Its name is free at once.
   * @throws RangeError when there is no such backend.
   */
  remove(name: string, graceMs: number): Promise<void> {
    return this.#dismiss(this.named(name), graceMs);
  }

  /**
   * What belongs to `source` from now on. Backends with the same name and address stay, with their breaker,
   * latency and connections; the others leave, and their pending requests have `graceMs` to end.
   * @throws TypeError when a name is taken, before anything is changed.
   */
  reconcile(source: string, wanted: readonly BackendSettings[], graceMs = Infinity): void {
    const before = new Map<string, Backend>();
    for (const [backend, owner] of this.#sources) {
      if (owner === source) before.set(identityOf(backend.target), backend);
    }
    const fresh = wanted.filter(({ target }) => !before.has(identityOf(target)));
    const kept = new Map(wanted.map((settings) => [identityOf(settings.target), settings]));
    this.#checkNames(source, wanted);
    for (const [identity, backend] of before) {
      const settings = kept.get(identity);
      if (settings) this.#keep(backend, settings);
      else if (!this.#isLeaving(backend)) void this.#dismiss(backend, graceMs);
    }
    for (const settings of fresh) this.add(settings, source);
  }

  /** @throws RangeError when there is no such backend. */
  named(name: string): Backend {
    const backend = this.#byName.get(name);
    if (backend) return backend;
    throw new RangeError(`there is no backend ${JSON.stringify(name)}`);
  }

  sourceOf(backend: Backend): string | undefined {
    return this.#sources.get(backend);
  }

  close(): void {
    for (const departure of this.#departures.values()) departure.callOff();
    this.#departures.clear();
    for (const { breaker } of this.all) breaker?.close();
  }

  #isLeaving(backend: Backend): boolean {
    return this.#byName.get(backend.target.name) !== backend;
  }

  #checkFree(name: string): void {
    if (!this.#byName.has(name)) return;
    throw new TypeError(`backends must have different names, got ${JSON.stringify(name)} twice`);
  }

  #checkNames(source: string, wanted: readonly BackendSettings[]): void {
    const names = new Set<string>();
    for (const { target } of wanted) {
      const holder = this.#byName.get(target.name);
      if (names.has(target.name) || (holder && this.#sources.get(holder) !== source)) {
        throw new TypeError(`backends must have different names, got ${JSON.stringify(target.name)} twice`);
      }
      names.add(target.name);
    }
  }

  /** It may have been on its way out. */
  #keep(backend: Backend, { weight, tier }: BackendSettings): void {
    const now = this.#options.clock.now();
    backend.weight = weight;
    backend.tier = tier;
    if (!this.#isLeaving(backend)) return;
    this.#byName.set(backend.target.name, backend);
    this.#departures.get(backend)?.callOff();
    this.#departures.delete(backend);
    backend.restore(now);
  }

  #dismiss(backend: Backend, graceMs: number): Promise<void> {
    this.#byName.delete(backend.target.name);
    backend.drain(this.#options.clock.now());
    return this.#depart(backend, graceMs);
  }

  #depart(backend: Backend, graceMs: number): Promise<void> {
    const existing = this.#departures.get(backend);
    const departure =
      existing ??
      new Departure(backend, {
        clock: this.#options.clock,
        giveUp: (one, ms) => this.#options.cancelPending(one.target, graceOver(one, ms)),
        onEmpty: (one) => this.#emptied(one),
      });
    this.#departures.set(backend, departure);
    departure.endWithin(graceMs);
    return departure.over;
  }

  #emptied(backend: Backend): void {
    const { clock, forget, pool } = this.#options;
    this.#departures.delete(backend);
    forget(backend.target);
    if (!this.#isLeaving(backend)) return;
    this.#sources.delete(backend);
    backend.breaker?.close();
    pool.leave(backend, clock.now());
  }
}

/** Name and address: what makes it the same backend. */
function identityOf({ name, origin, prefix, socketPath = '' }: Target): string {
  return JSON.stringify([name, origin, prefix, socketPath]);
}

function graceOver({ target }: Backend, graceMs: number): Failed {
  const detail = `Backend ${JSON.stringify(target.name)} was taken out, and its grace of ${graceMs} ms is over.`;
  return failed('no_healthy_backend', { detail, reached: 'maybe', verdict: IGNORED });
}
