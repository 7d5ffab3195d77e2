import type { Random } from '../../engine/clock.ts';
import type { BreakerSettings } from '../../engine/settings.ts';
import type { CauseCode, Gate, Pass, Verdict } from '../../engine/types.ts';
import { causes } from '../../failure/causes.ts';
import { Circuit } from './circuit.ts';

type State = 'closed' | 'open' | 'half_open';

/** How long a probe at least has the half-open breaker to itself. */
const LEAST_PROBE_MS = 1_000;

export interface BreakerDescription {
  readonly state: 'available' | 'open' | 'half_open';
  readonly since?: string;
}

export interface BreakerChange {
  readonly state: State;
  /** What opened it. */
  readonly cause: CauseCode | undefined;
  readonly openMs: number;
  readonly now: number;
}

export interface BreakerOptions {
  readonly settings: BreakerSettings;
  readonly random: Random;
  readonly onChange: (change: BreakerChange) => void;
}

/**
 * Keeps requests away from a backend that fails: after so many connection-level failures in a row, or at a
 * failure rate. Lets one probe through after a while; the wait doubles, with jitter, up to a cap.
 */
export class BreakerGate implements Gate {
  readonly name = 'breaker';
  readonly #options: BreakerOptions;
  #state: State = 'closed';
  #circuit: Circuit;
  #epoch = 0;
  /** Requests in normal operation differ in nothing: they share the Pass of their epoch. */
  #closedPass: ClosedPass;
  #consecutive = 0;
  #successes = 0;
  #probe: ProbePass | undefined;
  #probeUntil = 0;
  #openMs = 0;
  #openUntil = 0;
  #changedAt: number;
  #cause: CauseCode | undefined;

  constructor(options: BreakerOptions, now: number) {
    this.#options = options;
    this.#circuit = new Circuit(options.settings, 'closed', now);
    this.#closedPass = new ClosedPass(this, 0);
    this.#changedAt = now;
  }

  /** When a request may look whether the backend is back; undefined while not open. */
  get openUntil(): number | undefined {
    return this.#state === 'open' ? this.#openUntil : undefined;
  }

  /** It opened because connections failed: a bare connection can tell whether the backend is back. */
  get isUnreachable(): boolean {
    return this.#state === 'open' && this.#cause !== undefined && causes[this.#cause].reached === 'no';
  }

  admits(now: number): boolean {
    if (this.#state === 'closed') return true;
    if (this.#state === 'open') return now >= this.#openUntil;
    return !this.#probe || now >= this.#probeUntil;
  }

  enter(now: number): Pass | undefined {
    if (this.#state === 'closed') return this.#closedPass;
    if (!this.admits(now)) return undefined;
    if (this.#state === 'open') this.#change('half_open', now);
    // A probe that takes too long (a slow upload, say) must not keep all others waiting.
    this.#probeUntil = now + Math.max(this.#openMs, LEAST_PROBE_MS);
    this.#probe = new ProbePass(this);
    return this.#probe;
  }

  /** A connection succeeded in the background: the next request may probe, without waiting further. */
  allowProbe(now: number): void {
    if (this.#state === 'open') this.#openUntil = Math.min(this.#openUntil, now);
  }

  record(verdict: Verdict, epoch: number, now: number): void {
    if (epoch !== this.#epoch) return;
    if (verdict.kind === 'success') {
      this.#consecutive = 0;
      this.#circuit.succeed(now);
    } else if (verdict.kind === 'failure') {
      this.#countFailure(verdict.cause, now);
    }
  }

  recordProbe(verdict: Verdict, probe: ProbePass, now: number): void {
    if (probe !== this.#probe) return;
    this.#probe = undefined;
    if (verdict.kind === 'failure') {
      this.#circuit.fail(now);
      this.#open(verdict.cause, now);
    } else if (verdict.kind === 'success') {
      this.#successes += 1;
      if (this.#successes >= this.#options.settings.successes) this.#change('closed', now);
    }
  }

  describe(now: number, wall: number): BreakerDescription | undefined {
    if (this.#state === 'closed') return undefined;
    return { state: this.#state, since: new Date(wall - (now - this.#changedAt)).toISOString() };
  }

  close(): void {
    this.#circuit.end();
  }

  #countFailure(cause: CauseCode, now: number): void {
    const { settings } = this.#options;
    // A backend that answers at all is connected: only connection-level failures follow one another.
    this.#consecutive = causes[cause].breaker === 'consecutive' ? this.#consecutive + 1 : 0;
    this.#circuit.fail(now);
    if (this.#circuit.opened || this.#consecutive >= settings.consecutiveFailures) this.#open(cause, now);
  }

  #open(cause: CauseCode, now: number): void {
    const { settings, random } = this.#options;
    const wasHealthy = this.#state === 'closed' && now - this.#changedAt >= settings.windowMs;
    const base = this.#openMs === 0 || wasHealthy ? settings.openMs : this.#openMs * 2;
    this.#openMs = Math.min(base, settings.maxOpenMs);
    // Up to 10 % either way, so that the probes of many gateways do not arrive together.
    this.#openUntil = now + Math.min(this.#openMs * (0.9 + 0.2 * random()), settings.maxOpenMs);
    this.#cause = cause;
    this.#change('open', now);
  }

  #change(state: State, now: number): void {
    this.#circuit.end();
    this.#state = state;
    this.#epoch += 1;
    this.#closedPass = new ClosedPass(this, this.#epoch);
    this.#changedAt = now;
    this.#consecutive = 0;
    this.#successes = 0;
    this.#probe = undefined;
    if (state !== 'open') this.#circuit = new Circuit(this.#options.settings, state, now);
    this.#options.onChange({ state, cause: this.#cause, openMs: this.#openMs, now });
  }
}

/** A request in normal operation: counted when it ends. */
class ClosedPass implements Pass {
  readonly #gate: BreakerGate;
  readonly #epoch: number;

  constructor(gate: BreakerGate, epoch: number) {
    this.#gate = gate;
    this.#epoch = epoch;
  }

  answered(): void {}

  settle(verdict: Verdict, now: number): void {
    this.#gate.record(verdict, this.#epoch, now);
  }
}

/** The one probe: decided at the head, since its body may take hours. */
class ProbePass implements Pass {
  readonly #gate: BreakerGate;

  constructor(gate: BreakerGate) {
    this.#gate = gate;
  }

  answered(verdict: Verdict, now: number): void {
    this.#gate.recordProbe(verdict, this, now);
  }

  /** Once decided, it is no longer the gate's probe, and says nothing. */
  settle(verdict: Verdict, now: number): void {
    this.#gate.recordProbe(verdict, this, now);
  }
}
