import type { Random } from '../../engine/clock.ts';
import type { BreakerSettings } from '../../engine/settings.ts';
import type { CauseCode, Gate, Pass, Verdict } from '../../engine/types.ts';
import { causes } from '../../failure/causes.ts';
import { ClosedPass, ProbePass } from './breaker-passes.ts';
import { Circuit } from './circuit.ts';
import { SlowCalls } from './slow-calls.ts';

export type BreakerState = 'closed' | 'open' | 'half_open';

/** Why a breaker changed its state. */
export type BreakerReason =
  | 'consecutive_failures'
  | 'failure_rate'
  | 'slow_rate'
  | 'probe_failed'
  | 'probe_slow'
  | 'open_time_over'
  | 'reachable'
  | 'health_check'
  | 'probes_succeeded';

/** How long a probe at least has the half-open breaker to itself. */
const LEAST_PROBE_MS = 1_000;

export interface BreakerChange {
  readonly state: BreakerState;
  readonly reason: BreakerReason;
  /** The failure that opened it last; undefined when answers were slow. */
  readonly cause: CauseCode | undefined;
  readonly openMs: number;
  readonly now: number;
}

export interface BreakerOptions {
  readonly settings: BreakerSettings;
  readonly random: Random;
  readonly onChange: (change: BreakerChange) => void;
  /** `probeAt` is another one, in the same state. */
  readonly onProbeMoved: () => void;
}

/**
 * Keeps requests away from a backend that fails: after so many connection-level failures in a row, at a failure
 * rate, or where that is switched on at a rate of slow answers. Lets one probe through after a while; the wait
 * doubles, with jitter, up to a cap, and is forgotten after a window of good health.
 */
export class BreakerGate implements Gate {
  readonly name = 'breaker';
  readonly #options: BreakerOptions;
  #state: BreakerState = 'closed';
  #circuit: Circuit;
  #slowCalls: SlowCalls | undefined;
  #epoch = 0;
  /** Requests in normal operation differ in nothing: they share the Pass of their epoch. */
  #closedPass: ClosedPass;
  #consecutive = 0;
  #successes = 0;
  #probe: ProbePass | undefined;
  #probeAt = -Infinity;
  #openMs = 0;
  #changedAt: number;
  #cause: CauseCode | undefined;

  constructor(options: BreakerOptions, now: number) {
    this.#options = options;
    this.#circuit = new Circuit(options.settings, 'closed', now);
    this.#slowCalls = this.#countSlowCalls();
    this.#closedPass = new ClosedPass(this, 0);
    this.#changedAt = now;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** When a request may look whether the backend is back; while closed it means nothing. */
  get probeAt(): number {
    return this.#probeAt;
  }

  /** It opened because connections failed: a bare connection can tell whether the backend is back. */
  get isUnreachable(): boolean {
    return this.#state === 'open' && this.#cause !== undefined && causes[this.#cause].reached === 'no';
  }

  admits(now: number): boolean {
    return this.#state === 'closed' || now >= this.#probeAt;
  }

  enter(now: number): Pass | undefined {
    if (this.#state === 'closed') return this.#closedPass;
    if (!this.admits(now)) return undefined;
    if (this.#state === 'open') this.#halfOpen('open_time_over', now);
    this.#probe = new ProbePass(this);
    // A probe that takes too long (a slow upload, say) must not keep all others waiting.
    this.#moveProbe(now + Math.max(this.#openMs, LEAST_PROBE_MS));
    return this.#probe;
  }

  /** It is known from elsewhere that the backend is back: the next request may probe, without waiting further. */
  allowProbe(reason: 'reachable' | 'health_check', now: number): void {
    if (this.#state === 'open') this.#halfOpen(reason, now);
  }

  recordAnswer(latencyMs: number, epoch: number, now: number): void {
    if (!this.#slowCalls || epoch !== this.#epoch) return;
    if (this.#slowCalls.observe(latencyMs, now)) this.#open('slow_rate', undefined, now);
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

  /** `latencyMs`: where there was an answer. */
  recordProbe(verdict: Verdict, probe: ProbePass, now: number, latencyMs = 0): void {
    if (probe !== this.#probe) return;
    this.#probe = undefined;
    if (verdict.kind === 'failure') {
      this.#circuit.fail(now);
      this.#open('probe_failed', verdict.cause, now);
    } else if (verdict.kind === 'success') {
      if (latencyMs > this.#options.settings.slowMs) return this.#open('probe_slow', undefined, now);
      this.#successes += 1;
      if (this.#successes < this.#options.settings.successes) this.#moveProbe(now);
      else this.#change('closed', 'probes_succeeded', now);
    } else {
      this.#moveProbe(now);
    }
  }

  close(): void {
    this.#circuit.end();
  }

  #countFailure(cause: CauseCode, now: number): void {
    const { settings } = this.#options;
    // A backend that answers at all is connected: only connection-level failures follow one another.
    this.#consecutive = causes[cause].breaker === 'consecutive' ? this.#consecutive + 1 : 0;
    this.#circuit.fail(now);
    if (this.#consecutive >= settings.consecutiveFailures) this.#open('consecutive_failures', cause, now);
    else if (this.#circuit.opened) this.#open('failure_rate', cause, now);
  }

  #open(reason: BreakerReason, cause: CauseCode | undefined, now: number): void {
    const { settings, random } = this.#options;
    const wasHealthy = this.#state === 'closed' && now - this.#changedAt >= settings.windowMs;
    const base = this.#openMs === 0 || wasHealthy ? settings.openMs : this.#openMs * 2;
    this.#openMs = Math.min(base, settings.maxOpenMs);
    // Up to 10 % either way, so that the probes of many gateways do not arrive together.
    this.#probeAt = now + Math.min(this.#openMs * (0.9 + 0.2 * random()), settings.maxOpenMs);
    this.#cause = cause;
    this.#change('open', reason, now);
  }

  #halfOpen(reason: BreakerReason, now: number): void {
    this.#probeAt = Math.min(this.#probeAt, now);
    this.#change('half_open', reason, now);
  }

  #moveProbe(at: number): void {
    this.#probeAt = at;
    this.#options.onProbeMoved();
  }

  #change(state: BreakerState, reason: BreakerReason, now: number): void {
    this.#circuit.end();
    this.#state = state;
    this.#epoch += 1;
    this.#closedPass = new ClosedPass(this, this.#epoch);
    this.#changedAt = now;
    this.#consecutive = 0;
    this.#successes = 0;
    this.#probe = undefined;
    if (state !== 'open') this.#circuit = new Circuit(this.#options.settings, state, now);
    this.#slowCalls = state === 'closed' ? this.#countSlowCalls() : undefined;
    this.#options.onChange({ state, reason, cause: this.#cause, openMs: this.#openMs, now });
  }

  #countSlowCalls(): SlowCalls | undefined {
    return this.#options.settings.slowMs === Infinity ? undefined : new SlowCalls(this.#options.settings);
  }
}
