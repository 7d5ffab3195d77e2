import type { BackendSettings } from '../engine/settings.ts';
import type { BackendReport, CauseCode, Pass, Target, Verdict } from '../engine/types.ts';
import { PeakEwma } from '../stats/peak-ewma.ts';
import type { BackendChangeKind, Keeper } from './change.ts';
import type { BreakerChange, BreakerGate } from './gates/breaker.ts';
import type { ConcurrencyGate } from './gates/concurrency.ts';

/** Finagle's and Linkerd's decay; Linkerd's guess for a backend without history. */
const DECAY_MS = 10_000;
const INITIAL_LATENCY_MS = 30;

export interface BackendGates {
  readonly concurrency: ConcurrencyGate;
  readonly breaker: BreakerGate | undefined;
}

/** What health checks found: `unknown` is as good as `up`. */
export type Health = 'unknown' | 'up' | 'down';

/** One backend of a pool: its address, what may keep requests away from it, and how fast it answers. */
export class Backend {
  readonly target: Target;
  readonly latency: PeakEwma;
  readonly breaker: BreakerGate | undefined;
  readonly #concurrency: ConcurrencyGate;
  weight: number;
  tier: number;
  lastCause: CauseCode | undefined = undefined;
  #keeper: Keeper | undefined;
  #health: Health = 'unknown';
  #healthSince: number;
  #drainingSince: number | undefined;
  /** The last pair of passes: in normal operation all requests can share it. */
  #both: BothPasses | undefined;

  constructor({ target, weight, tier }: BackendSettings, gates: BackendGates, now: number) {
    this.target = target;
    this.weight = weight;
    this.tier = tier;
    this.latency = new PeakEwma(DECAY_MS, INITIAL_LATENCY_MS, now);
    this.breaker = gates.breaker;
    this.#concurrency = gates.concurrency;
    this.#healthSince = now;
  }

  get pending(): number {
    return this.#concurrency.pending;
  }

  get health(): Health {
    return this.#health;
  }

  get isDraining(): boolean {
    return this.#drainingSince !== undefined;
  }

  /** Who is told of changes: the pool that it belongs to. */
  keptBy(keeper: Keeper | undefined): void {
    this.#keeper = keeper;
  }

  /**
   * What a health check found. Down, it gets no request; up again, a breaker that is open may be probed at once.
   * Saying the same again changes nothing but the cause.
   */
  setHealth(up: boolean, cause: CauseCode | undefined, now: number): void {
    const health = up ? 'up' : 'down';
    if (cause) this.lastCause = cause;
    if (health === this.#health) return;
    this.#health = health;
    this.#healthSince = now;
    if (up) this.breaker?.allowProbe(now);
    this.#changed(health, now, cause);
  }

  /** No new requests; those pending go on. */
  drain(now: number): void {
    if (this.isDraining) return;
    this.#drainingSince = now;
    this.#changed('draining', now);
  }

  restore(now: number): void {
    if (!this.isDraining) return;
    this.#drainingSince = undefined;
    this.#changed('restored', now);
  }

  breakerChanged({ state, cause, openMs, now }: BreakerChange): void {
    this.#changed(state, now, cause, openMs);
  }

  /** Calls back once, as soon as no request is pending; at once when none is. */
  onceIdle(listener: (() => void) | undefined): void {
    this.#concurrency.onceIdle(listener);
  }

  admits(now: number): boolean {
    return this.#isOffered && this.#concurrency.admits() && (this.breaker?.admits(now) ?? true);
  }

  /** Only its limit on concurrent requests keeps it from taking one. */
  isMerelyBusy(now: number): boolean {
    return this.#isOffered && !this.#concurrency.admits() && (this.breaker?.admits(now) ?? true);
  }

  /** All gates or none; the breaker last, since its Pass may be the one probe. */
  enter(now: number): Pass | undefined {
    const slot = this.#concurrency.enter();
    if (!slot || !this.breaker) return slot;
    const permission = this.breaker.enter(now);
    if (permission) {
      if (this.#both?.isOf(permission) !== true) this.#both = new BothPasses(slot, permission);
      return this.#both;
    }
    slot.settle({ kind: 'ignored' }, now);
    return undefined;
  }

  report(now: number, wall: number): BackendReport {
    const since = this.#outSince;
    const breaker = since === undefined ? this.breaker?.describe(now, wall) : undefined;
    const at = since === undefined ? breaker?.since : new Date(wall - (now - since)).toISOString();
    const busy = this.#concurrency.admits() ? 'available' : 'saturated';
    return {
      backend: this.target.name,
      state: this.isDraining ? 'draining' : this.#health === 'down' ? 'down' : (breaker?.state ?? busy),
      ...(at !== undefined && { since: at }),
      ...(this.lastCause && { cause: this.lastCause }),
    };
  }

  get #isOffered(): boolean {
    return this.#drainingSince === undefined && this.#health !== 'down';
  }

  get #outSince(): number | undefined {
    return this.#drainingSince ?? (this.#health === 'down' ? this.#healthSince : undefined);
  }

  #changed(kind: BackendChangeKind, now: number, cause?: CauseCode, openMs?: number): void {
    this.#keeper?.place(this, now);
    this.#keeper?.changed({ backend: this, kind, cause, openMs, now });
  }
}

class BothPasses implements Pass {
  readonly #slot: Pass;
  readonly #permission: Pass;

  constructor(slot: Pass, permission: Pass) {
    this.#slot = slot;
    this.#permission = permission;
  }

  /** The slot is always the same: one gate, whose slots are alike. */
  isOf(permission: Pass): boolean {
    return this.#permission === permission;
  }

  answered(verdict: Verdict, now: number): void {
    this.#permission.answered(verdict, now);
  }

  settle(verdict: Verdict, now: number): void {
    this.#permission.settle(verdict, now);
    this.#slot.settle(verdict, now);
  }
}
