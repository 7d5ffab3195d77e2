import type { Backend } from '../../src/backends/backend.ts';
import { createBackend } from '../../src/backends/create.ts';
import { type BreakerChange, BreakerGate } from '../../src/backends/gates/breaker.ts';
import type { Random } from '../../src/engine/clock.ts';
import type { BreakerSettings } from '../../src/engine/settings.ts';
import type { CauseCode, Verdict } from '../../src/engine/types.ts';
import { DEFAULTS } from '../../src/options.ts';
import { fakeTarget } from './fake-exchange.ts';

export interface FakeBreaker {
  readonly settings?: Partial<BreakerSettings>;
  readonly random?: Random;
  readonly onChange?: (change: BreakerChange) => void;
  readonly onProbeMoved?: () => void;
  readonly now?: number;
}

/** A breaker without jitter unless the test brings its own chance. */
export function fakeBreaker(given: FakeBreaker = {}): BreakerGate {
  return new BreakerGate(
    {
      settings: { ...DEFAULTS.breaker, ...given.settings },
      random: given.random ?? (() => 0.5),
      onChange: given.onChange ?? (() => undefined),
      onProbeMoved: given.onProbeMoved ?? (() => undefined),
    },
    given.now ?? 1_000,
  );
}

export interface FakeBackend {
  readonly limit?: number;
  readonly adaptive?: boolean;
  readonly admission?: boolean;
  readonly random?: Random;
  readonly weight?: number;
  readonly tier?: number;
  /** Settings of a breaker without jitter; `false`: none. */
  readonly breaker?: Partial<BreakerSettings> | false;
  readonly slowStartMs?: number;
  readonly now?: number;
}

export function fakeBackend(name: string, given: FakeBackend = {}): Backend {
  const breaker = given.breaker ?? {};
  return createBackend(
    { target: fakeTarget(name), weight: given.weight ?? 1, tier: given.tier ?? 0 },
    {
      breaker: breaker && { ...DEFAULTS.breaker, ...breaker },
      perBackend: given.limit ?? 1_024,
      adaptive: given.adaptive ?? false,
      admission: given.admission ?? false,
      slowStartMs: given.slowStartMs ?? 0,
      random: given.random ?? (() => 0.5),
    },
    given.now ?? 1_000,
  );
}

/** The breaker of a backend that has one. */
export function breakerOf({ breaker }: Backend): BreakerGate {
  if (!breaker) throw new Error('no breaker');
  return breaker;
}

/** It would take a request now. */
export function admits({ breaker, isFull, standing }: Backend, now: number): boolean {
  if (standing === 'available') return true;
  const isBroken = standing === 'open' || standing === 'half_open';
  return isBroken && !isFull && breaker?.admits(now) === true;
}

/** Fails as often as it takes. */
export function trip(backend: Backend, now = 1_000, cause: CauseCode = 'connection_refused'): void {
  tripBreaker(breakerOf(backend), now, cause);
}

export const SUCCEEDED: Verdict = { kind: 'success' };
export const SAYS_NOTHING: Verdict = { kind: 'ignored' };

export function failedWith(cause: CauseCode): Verdict {
  return { kind: 'failure', cause };
}

/** Fails as often as it takes to open with default settings. */
export function tripBreaker(
  breaker: BreakerGate,
  now: number,
  cause: CauseCode = 'connection_refused',
): void {
  for (let i = 0; i < DEFAULTS.breaker.consecutiveFailures; i += 1) {
    breaker.enter(now)?.settle(failedWith(cause), now);
  }
}
