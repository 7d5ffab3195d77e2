import type { Exchange } from '../engine/types.ts';
import type { Backend } from './backend.ts';
import { wasTried } from './balance/balancer.ts';
import type { Rotation } from './rotation.ts';
import type { Tier } from './tier.ts';

/** With others in rotation, a probe waits so long for a request that may be risked; then any will do. */
const PATIENCE_MS = 2_000;
/** With others in rotation, at most one request in so many looks whether a backend is back. */
const PICKS_PER_PROBE = 10;

/** Could be repeated elsewhere without harm: what a probe should be. Injected. */
export type MayBeRisked = (exchange: Exchange) => boolean;

/** Which backend an exchange goes to. Looks at none that is out: the cost does not depend on how many there are. */
export class Choice {
  readonly #rotation: Rotation;
  readonly #mayBeRisked: MayBeRisked;
  #picksSinceProbe = PICKS_PER_PROBE;

  constructor(rotation: Rotation, mayBeRisked: MayBeRisked) {
    this.#rotation = rotation;
    this.#mayBeRisked = mayBeRisked;
  }

  /** One that would take this exchange now and that it has not tried; else, where it may, the last one again. */
  choose(exchange: Exchange, now: number): Backend | undefined {
    const other = this.#pick(exchange, now);
    if (other || !exchange.sameBackendAllowed) return other;
    const last = this.#lastOf(exchange);
    return last && this.#admits(last, now) ? last : undefined;
  }

  /** Where another attempt of this exchange could go. */
  elsewhere(exchange: Exchange, now: number): 'other' | 'only' | 'same' | 'none' {
    if (this.#hasOther(exchange, now)) return 'other';
    const last = this.#lastOf(exchange);
    if (!last || !this.#admits(last, now)) return 'none';
    return this.#rotation.offered === 1 ? 'only' : 'same';
  }

  /** Some backend would take this exchange but for its limit on concurrent requests. */
  isMerelyBusy(exchange: Exchange): boolean {
    if (this.#rotation.tiers.some(({ full }) => hasUntried(full, exchange))) return true;
    return exchange.sameBackendAllowed && this.#lastOf(exchange)?.standing === 'saturated';
  }

  #pick(exchange: Exchange, now: number): Backend | undefined {
    this.#picksSinceProbe += 1;
    const { everyone, isPanicking, tiers } = this.#rotation;
    for (const tier of tiers) {
      if (tier.probes.firstKey <= now && this.#isProbe(tier, exchange, now)) return tier.probes.first;
      const backend = isPanicking ? everyone.draw(exchange, now) : tier.balancer.pick(exchange, now);
      if (backend) return backend;
    }
    for (const tier of tiers) {
      const backend = dueIn(tier, exchange, now);
      if (backend) return backend;
    }
    return undefined;
  }

  /** Whether this exchange looks if a backend is back, although others are in rotation. */
  #isProbe({ probes }: Tier, exchange: Exchange, now: number): boolean {
    // It has failed once already: this time it should succeed.
    if (exchange.attempts.length > 0 || this.#picksSinceProbe <= PICKS_PER_PROBE) return false;
    if (now - probes.firstKey < PATIENCE_MS && !this.#mayBeRisked(exchange)) return false;
    this.#picksSinceProbe = 0;
    return true;
  }

  #hasOther(exchange: Exchange, now: number): boolean {
    const { everyone, isPanicking, tiers } = this.#rotation;
    for (const tier of tiers) {
      if (hasUntried(tier.inRotation, exchange) || dueIn(tier, exchange, now)) return true;
    }
    return isPanicking && hasUntried(everyone.items, exchange);
  }

  /** The backend of its last attempt, if that has not left. */
  #lastOf({ attempt }: Exchange): Backend | undefined {
    return attempt && this.#rotation.at(attempt.target);
  }

  #admits({ breaker, isDraining, isFull, standing }: Backend, now: number): boolean {
    if (standing === 'available') return true;
    if (isDraining || isFull) return false;
    if (this.#rotation.isPanicking) return true;
    return standing !== 'down' && breaker?.admits(now) === true;
  }
}

/** One whose breaker lets a request look now, where nothing better is left. */
function dueIn(tier: Tier, exchange: Exchange, now: number): Backend | undefined {
  for (const heap of [tier.probes, tier.unreachable]) {
    if (heap.firstKey > now) continue;
    const backend = heap.find(now, (one) => !wasTried(exchange, one));
    if (backend) return backend;
  }
  return undefined;
}

/** One that the exchange has not tried: found after at most as many looks as it had attempts, and one more. */
function hasUntried(backends: Iterable<Backend>, exchange: Exchange): boolean {
  for (const backend of backends) if (!wasTried(exchange, backend)) return true;
  return false;
}
