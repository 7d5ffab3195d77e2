import type { Random } from '../engine/clock.ts';
import type { BackendSettings, BreakerSettings } from '../engine/settings.ts';
import { Backend } from './backend.ts';
import { AdaptiveLimit } from './gates/adaptive-limit.ts';
import { Admission } from './gates/admission.ts';
import { BreakerGate } from './gates/breaker.ts';
import { ConcurrencyGate } from './gates/concurrency.ts';

export interface CreateOptions {
  readonly breaker: BreakerSettings | false;
  readonly perBackend: number;
  readonly adaptive?: boolean;
  readonly admission?: boolean;
  readonly slowStartMs: number;
  readonly random: Random;
}

/** A backend with its gates. */
export function createBackend(settings: BackendSettings, options: CreateOptions, now: number): Backend {
  const { breaker, perBackend, adaptive = false, admission = false, slowStartMs, random } = options;
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
  const gates = {
    concurrency: new ConcurrencyGate(perBackend),
    breaker: gate,
    adaptive: adaptive ? new AdaptiveLimit(perBackend) : undefined,
    admission: admission ? new Admission(random) : undefined,
  };
  const backend: Backend = new Backend(settings, gates, now, slowStartMs);
  return backend;
}
