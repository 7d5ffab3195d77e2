import type { Random } from '../engine/clock.ts';
import type { BackendSettings, BreakerSettings } from '../engine/settings.ts';
import { Backend } from './backend.ts';
import { BreakerGate } from './gates/breaker.ts';
import { ConcurrencyGate } from './gates/concurrency.ts';

export interface CreateOptions {
  readonly breaker: BreakerSettings | false;
  readonly perBackend: number;
  readonly slowStartMs: number;
  readonly random: Random;
}

/** A backend with its gates. */
export function createBackend(settings: BackendSettings, options: CreateOptions, now: number): Backend {
  const { breaker, perBackend, slowStartMs, random } = options;
  const gate = breaker
    ? new BreakerGate(
        {
          settings: breaker,
          random,
          onChange: (change) => backend.breakerChanged(change),
          onProbeMoved: () => backend.probeMoved(),
        },
        now,
      )
    : undefined;
  const gates = { concurrency: new ConcurrencyGate(perBackend), breaker: gate };
  const backend: Backend = new Backend(settings, gates, now, slowStartMs);
  return backend;
}
