import type { BackendSettings } from '../engine/settings.ts';
import type { BackendReport, CauseCode, Pass, Target } from '../engine/types.ts';
import { IGNORED } from '../failure/verdict.ts';
import { PeakEwma } from '../stats/peak-ewma.ts';
import { BothPasses } from './both-passes.ts';
import type { BackendChange, ChangeReason, Keeper, Standing } from './change.ts';
import type { BreakerChange, BreakerGate } from './gates/breaker.ts';
import type { AdaptiveLimit } from './gates/adaptive-limit.ts';
import type { Admission } from './gates/admission.ts';
import type { ConcurrencyGate, ConcurrencyListener, Tally } from './gates/concurrency.ts';

/** Finagle's and Linkerd's decay; Linkerd's guess for a backend without history. */
const DECAY_MS = 10_000;
const INITIAL_LATENCY_MS = 30;
/** What a backend that is warming up begins with, as in Envoy. */
const LEAST_SHARE = 0.1;

export interface BackendGates {
  readonly concurrency: ConcurrencyGate;
  readonly breaker: BreakerGate | undefined;
  /** Steers the limit of `concurrency`; undefined: that stays as it is. */
  readonly adaptive?: AdaptiveLimit | undefined;
  /** Spares it what it would refuse; undefined: nothing does. */
  readonly admission?: Admission | undefined;
}

/** What health checks found: `unknown` is as good as `up`. */
export type Health = 'unknown' | 'up' | 'down';

type OwnChange = Pick<BackendChange, 'kind' | 'reason' | 'now'> & Partial<BackendChange>;

/** One backend of a pool: its address, what may keep requests away from it, and how fast it answers. */
export class Backend implements ConcurrencyListener {
  readonly target: Target;
  readonly latency: PeakEwma;
  readonly breaker: BreakerGate | undefined;
  readonly adaptive: AdaptiveLimit | undefined;
  readonly admission: Admission | undefined;
  readonly #concurrency: ConcurrencyGate;
  readonly #slowStartMs: number;
  weight: number;
  tier: number;
  lastCause: CauseCode | undefined = undefined;
  /** Nothing was ever sent there. */
  isNew = true;
  #keeper: Keeper | undefined;
  #standing: Standing = 'available';
  #standingSince: number;
  #health: Health = 'unknown';
  #isDraining = false;
  #warmingSince = -Infinity;
  #idleListener: (() => void) | undefined;
  #tunnels = 0;
  #streams = 0;
  /** What no adaptive limit exceeds. */
  readonly #most: number;
  /** The last pair of passes: in normal operation all requests can share it. */
  #both: BothPasses | undefined;

  constructor(settings: BackendSettings, gates: BackendGates, now: number, slowStartMs = 0) {
    this.target = settings.target;
    this.weight = settings.weight;
    this.tier = settings.tier;
    this.latency = new PeakEwma(DECAY_MS, INITIAL_LATENCY_MS, now);
    this.breaker = gates.breaker;
    this.#concurrency = gates.concurrency;
    this.#concurrency.listener = this;
    this.#most = gates.concurrency.limit;
    this.adaptive = gates.adaptive;
    this.admission = gates.admission;
    if (this.adaptive) this.#concurrency.setLimit(this.adaptive.limit, now);
    this.#slowStartMs = slowStartMs;
    this.#standingSince = now;
  }

  get pending(): number {
    return this.#concurrency.pending;
  }

  /** How many requests it takes at a time. */
  get limit(): number {
    return this.#concurrency.limit;
  }

  /** Something wants to know of each answer. */
  get isMeasured(): boolean {
    return this.adaptive !== undefined || this.admission !== undefined;
  }

  /** What is pending without event streams: the load that an adaptive limit is about. */
  get load(): number {
    return this.pending - this.#streams;
  }

  /** The adaptive limit has changed. Event streams come on top of it. */
  adapt(now: number): void {
    if (!this.adaptive) return;
    this.#concurrency.setLimit(Math.min(this.adaptive.limit + this.#streams, this.#most), now);
  }

  /** A stream of events has begun. For hours it may be no load: an adaptive limit would be full of them. */
  streamOpened(now: number): void {
    this.#streams += 1;
    this.adapt(now);
  }

  streamClosed(now: number): void {
    this.#streams -= 1;
    this.adapt(now);
  }

  /** Upgraded connections. They take no slot, but who takes a backend out waits for them as well. */
  get tunnels(): number {
    return this.#tunnels;
  }

  tunnelOpened(): void {
    this.#tunnels += 1;
  }

  tunnelClosed(): void {
    this.#tunnels -= 1;
    if (this.pending === 0) this.onIdle();
  }

  get health(): Health {
    return this.#health;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** In rotation, or why not. */
  get standing(): Standing {
    return this.#standing;
  }

  /** At its limit of concurrent requests. */
  get isFull(): boolean {
    return !this.#concurrency.admits();
  }

  /** The part of its normal share that it gets while it warms up: from a tenth to 1, growing with time. */
  share(now: number): number {
    const age = now - this.#warmingSince;
    return age >= this.#slowStartMs ? 1 : Math.max(age / this.#slowStartMs, LEAST_SHARE);
  }

  warmUp(now: number): void {
    this.#warmingSince = now;
  }

  /** Who is told of changes: the pool that it belongs to. */
  keptBy(keeper: Keeper | undefined): void {
    this.#keeper = keeper;
  }

  countIn(tally: Tally | undefined): void {
    this.#concurrency.countIn(tally);
  }

  /**
   * What a health check found. Down, it gets no request; up again, a breaker that is open may be probed at once.
   * Saying the same again changes nothing but the cause.
   */
  setHealth(up: boolean, cause: CauseCode | undefined, now: number): void {
    const health = up ? 'up' : 'down';
    if (cause) this.lastCause = cause;
    if (health === this.#health) return;
    if (up && this.#health === 'down') this.warmUp(now);
    this.#health = health;
    if (up) this.breaker?.allowProbe('health_check', now);
    this.#changed({ kind: health, reason: 'health_check', cause, now });
  }

  /** No new requests; those pending go on. */
  drain(reason: ChangeReason, now: number): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#changed({ kind: 'draining', reason, now });
  }

  restore(reason: ChangeReason, now: number): void {
    if (!this.#isDraining) return;
    this.#isDraining = false;
    this.warmUp(now);
    this.#changed({ kind: 'restored', reason, now });
  }

  breakerChanged({ state, reason, cause, openMs, now }: BreakerChange): void {
    if (state === 'closed') this.warmUp(now);
    this.#changed({ kind: state, reason, cause, openMs, now });
  }

  /** When its breaker may be probed has changed, its state has not. */
  probeMoved(): void {
    this.#keeper?.place(this);
  }

  onEdge(now: number): void {
    this.#stand(now);
    this.#keeper?.place(this);
  }

  onIdle(): void {
    if (this.#tunnels > 0) return;
    const listener = this.#idleListener;
    this.onceIdle(undefined);
    listener?.();
  }

  /** Calls back once, as soon as no request is pending and no tunnel open; at once when that is so. */
  onceIdle(listener: (() => void) | undefined): void {
    this.#idleListener = listener;
    this.#concurrency.wantsIdle = listener !== undefined;
    if (listener && this.pending === 0) this.onIdle();
  }

  /** All gates or none; the breaker last, since its Pass may be the one probe. */
  enter(now: number): Pass | undefined {
    this.isNew = false;
    const slot = this.#concurrency.enter(now);
    if (!slot || !this.breaker) return slot;
    const permission = this.breaker.enter(now);
    if (permission) {
      if (this.#both?.isOf(permission) !== true) this.#both = new BothPasses(slot, permission);
      return this.#both;
    }
    slot.settle(IGNORED, now);
    return undefined;
  }

  /** Whatever breaker and health checks say: what comes of it tells neither. */
  enterAnyway(now: number): Pass | undefined {
    return this.enter(now) ?? this.#concurrency.enter(now);
  }

  report(now: number, wall: number): BackendReport & { readonly since: string } {
    return {
      backend: this.target.name,
      state: this.#standing,
      since: new Date(wall - (now - this.#standingSince)).toISOString(),
      ...(this.lastCause && { cause: this.lastCause }),
    };
  }

  #changed({ kind, reason, cause, openMs, now }: OwnChange): void {
    this.#stand(now);
    this.#keeper?.place(this);
    this.#keeper?.changed({ backend: this, kind, reason, cause, openMs, now });
  }

  #stand(now: number): void {
    const standing = this.#findStanding();
    if (standing === this.#standing) return;
    this.#standing = standing;
    this.#standingSince = now;
  }

  #findStanding(): Standing {
    if (this.#isDraining) return 'draining';
    if (this.#health === 'down') return 'down';
    const state = this.breaker?.state ?? 'closed';
    if (state !== 'closed') return state;
    return this.isFull ? 'saturated' : 'available';
  }
}
