import type { Backend } from './backends/backend.ts';
import { BY_HAND, type Members, OPTIONS } from './backends/members.ts';
import type { Clock } from './engine/clock.ts';
import type { BackendReport, CauseCode } from './engine/types.ts';
import { settleBackend } from './options/backends.ts';
import { checkKeys, number, show } from './options/check.ts';
import type { BackendOptions } from './options.ts';

/** One backend of a gateway, as of now. */
export interface BackendStatus {
  readonly name: string;
  /** In rotation: it gets requests. */
  readonly in: boolean;
  /** `available` is in, every other state says why it is out. */
  readonly state: BackendReport['state'];
  /** ISO 8601: since when it is in this state. */
  readonly since: string;
  /** The last failure seen there, of a request or of a health check. */
  readonly cause: CauseCode | undefined;
  /** Requests under way there. */
  readonly pending: number;
  /** How many it gets at a time: `limits.perBackend`, or what `limits.adaptive` has found. */
  readonly limit: number;
  /** Upgraded connections there. */
  readonly tunnels: number;
  readonly weight: number;
  readonly tier: number;
  /** What the balancer takes it for, in milliseconds to the response head: recent peaks count for more. */
  readonly latencyMs: number;
  /** Where it comes from: `options`, `by_hand`, or the discovery that found it. */
  readonly source: string;
}

/** How a backend is taken out. */
export interface DepartureOptions {
  /** Milliseconds for pending requests and tunnels to end; 0 up, `Infinity`: as long as they take. Default 30,000. */
  readonly graceMs?: number;
}

const GRACE_MS = 30_000;
const graceRange = number({ min: 0, unit: 'milliseconds' });

/** The operator's hand on the backends: `gateway.backends`. */
export class GatewayBackends {
  readonly #members: Members;
  readonly #clock: Clock;

  /** @internal */
  constructor(members: Members, clock: Clock) {
    this.#members = members;
    this.#clock = clock;
  }

  /** Every backend, in or out of rotation, those on their way out included. */
  list(): BackendStatus[] {
    const now = this.#clock.now();
    const wall = this.#clock.wall();
    return this.#members.all.map((backend) => this.#statusOf(backend, now, wall));
  }

  /** Too few are in rotation (`panicThreshold`): all but the draining ones are used. */
  get isPanicking(): boolean {
    return this.#members.isPanicking;
  }

  /**
   * Takes a backend out of rotation, and keeps it for `restore`. No new request goes there. Resolves when none is
   * pending there any more, nor a tunnel open, and never rejects; what still is when the grace ends is given up.
   * @throws RangeError when there is no backend of this name; TypeError or RangeError on a bad grace.
   */
  drain(name: string, options: DepartureOptions = {}): Promise<void> {
    return this.#members.drain(name, graceOf(options));
  }

  /**
   * Back into rotation after `drain`. On one that was not drained it does nothing.
   * @throws RangeError when there is no backend of this name.
   */
  restore(name: string): void {
    this.#members.restore(name);
  }

  /**
   * One more backend, from now on: a URL, or an object as in the options.
   * @throws TypeError or RangeError that names key, rule and value; TypeError when the name is taken.
   */
  add(backend: string | BackendOptions): void {
    this.#members.add(settleBackend(backend, 'backend'), BY_HAND);
  }

  /**
   * As `drain`, and then it is gone. Its name is free at once.
   * @throws RangeError when there is no backend of this name; TypeError when discovery found it, since discovery
   * would bring it back: drain it instead.
   */
  remove(name: string, options: DepartureOptions = {}): Promise<void> {
    const source = this.#members.sourceOf(this.#members.named(name));
    if (source !== OPTIONS && source !== BY_HAND) {
      throw new TypeError(`backend ${show(name)} comes from ${source}, which would bring it back: drain it`);
    }
    return this.#members.remove(name, graceOf(options));
  }

  #statusOf(backend: Backend, now: number, wall: number): BackendStatus {
    const { state, since, cause } = backend.report(now, wall);
    return {
      name: backend.target.name,
      in: state === 'available',
      state,
      since,
      cause,
      pending: backend.pending,
      limit: backend.limit,
      tunnels: backend.tunnels,
      weight: backend.weight,
      tier: backend.tier,
      latencyMs: backend.latency.at(now),
      source: this.#members.sourceOf(backend) ?? BY_HAND,
    };
  }
}

function graceOf(options: DepartureOptions): number {
  checkKeys('options', options, ['graceMs']);
  const { graceMs = GRACE_MS } = options;
  graceRange('options.graceMs', graceMs);
  return graceMs;
}
