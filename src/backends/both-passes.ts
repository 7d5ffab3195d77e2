import type { Pass, Verdict } from '../engine/types.ts';

/** A slot and the breaker's permission, as one. */
export class BothPasses implements Pass {
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

  answered(verdict: Verdict, now: number, latencyMs: number): void {
    this.#permission.answered(verdict, now, latencyMs);
  }

  settle(verdict: Verdict, now: number): void {
    this.#permission.settle(verdict, now);
    this.#slot.settle(verdict, now);
  }
}
