import type { Pass, Verdict } from '../../engine/types.ts';

/** What the passes of a breaker report to. */
export interface BreakerRecord {
  recordAnswer(latencyMs: number, epoch: number, now: number): void;
  record(verdict: Verdict, epoch: number, now: number): void;
  recordProbe(verdict: Verdict, probe: ProbePass, now: number, latencyMs?: number): void;
}

/** A request in normal operation: counted when it ends. */
export class ClosedPass implements Pass {
  readonly #breaker: BreakerRecord;
  readonly #epoch: number;

  constructor(breaker: BreakerRecord, epoch: number) {
    this.#breaker = breaker;
    this.#epoch = epoch;
  }

  answered(_verdict: Verdict, now: number, latencyMs: number): void {
    this.#breaker.recordAnswer(latencyMs, this.#epoch, now);
  }

  settle(verdict: Verdict, now: number): void {
    this.#breaker.record(verdict, this.#epoch, now);
  }
}

/** The one probe: decided at the head, since its body may take hours. */
export class ProbePass implements Pass {
  readonly #breaker: BreakerRecord;

  constructor(breaker: BreakerRecord) {
    this.#breaker = breaker;
  }

  answered(verdict: Verdict, now: number, latencyMs: number): void {
    this.#breaker.recordProbe(verdict, this, now, latencyMs);
  }

  /** Once decided, it is no longer the breaker's probe, and says nothing. */
  settle(verdict: Verdict, now: number): void {
    this.#breaker.recordProbe(verdict, this, now);
  }
}
