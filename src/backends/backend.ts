import type { BackendReport, CauseCode, Pass, Target, Verdict } from '../engine/types.ts';
import { PeakEwma } from '../stats/peak-ewma.ts';
import type { BreakerGate } from './gates/breaker.ts';
import type { ConcurrencyGate } from './gates/concurrency.ts';

/** Finagle's and Linkerd's decay; Linkerd's guess for a backend without history. */
const DECAY_MS = 10_000;
const INITIAL_LATENCY_MS = 30;

export interface BackendGates {
  readonly concurrency: ConcurrencyGate;
  readonly breaker: BreakerGate | undefined;
}

/** One backend of a pool: its address, what may keep requests away from it, and how fast it answers. */
export class Backend {
  readonly target: Target;
  readonly weight: number;
  readonly latency: PeakEwma;
  readonly breaker: BreakerGate | undefined;
  readonly #concurrency: ConcurrencyGate;
  lastCause: CauseCode | undefined = undefined;
  /** The last pair of passes: in normal operation all requests can share it. */
  #both: BothPasses | undefined;

  constructor(target: Target, weight: number, gates: BackendGates, now: number) {
    this.target = target;
    this.weight = weight;
    this.latency = new PeakEwma(DECAY_MS, INITIAL_LATENCY_MS, now);
    this.breaker = gates.breaker;
    this.#concurrency = gates.concurrency;
  }

  get pending(): number {
    return this.#concurrency.pending;
  }

  admits(now: number): boolean {
    return this.#concurrency.admits() && (this.breaker?.admits(now) ?? true);
  }

  /** Only its limit on concurrent requests keeps it from taking one. */
  isMerelyBusy(now: number): boolean {
    return !this.#concurrency.admits() && (this.breaker?.admits(now) ?? true);
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
    const breaker = this.breaker?.describe(now, wall);
    const state = breaker?.state ?? (this.#concurrency.admits() ? 'available' : 'saturated');
    return {
      backend: this.target.name,
      state,
      ...(breaker?.since !== undefined && { since: breaker.since }),
      ...(this.lastCause && { cause: this.lastCause }),
    };
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
