import { Backend } from '../../src/backends/backend.ts';
import { BreakerGate, type BreakerChange } from '../../src/backends/gates/breaker.ts';
import { ConcurrencyGate } from '../../src/backends/gates/concurrency.ts';
import type { Random } from '../../src/engine/clock.ts';
import type { BreakerSettings } from '../../src/engine/settings.ts';
import type { CauseCode, Verdict } from '../../src/engine/types.ts';
import { DEFAULTS } from '../../src/options.ts';
import { fakeTarget } from './fake-exchange.ts';

export interface FakeBreaker {
  readonly settings?: Partial<BreakerSettings>;
  readonly random?: Random;
  readonly onChange?: (change: BreakerChange) => void;
  readonly now?: number;
}

/** A breaker without jitter unless the test brings its own chance. */
export function fakeBreaker(given: FakeBreaker = {}): BreakerGate {
  return new BreakerGate(
    {
      settings: { ...DEFAULTS.breaker, ...given.settings },
      random: given.random ?? (() => 0.5),
      onChange: given.onChange ?? (() => undefined),
    },
    given.now ?? 1_000,
  );
}

export interface FakeBackend {
  readonly limit?: number;
  readonly weight?: number;
  readonly tier?: number;
  readonly breaker?: BreakerGate | false;
  readonly now?: number;
}

export function fakeBackend(name: string, given: FakeBackend = {}): Backend {
  const now = given.now ?? 1_000;
  const breaker = given.breaker === false ? undefined : (given.breaker ?? fakeBreaker({ now }));
  const concurrency = new ConcurrencyGate(given.limit ?? 1_024);
  return new Backend(
    { target: fakeTarget(name), weight: given.weight ?? 1, tier: given.tier ?? 0 },
    { concurrency, breaker },
    now,
  );
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
