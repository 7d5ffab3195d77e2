import type { Phase } from '../engine/types.ts';

/** A connection that never came about. Carries the phase, which no Node error does. */
export class ConnectError extends Error {
  readonly phase: Phase;
  /** Our own timer ended it. */
  readonly timedOut: boolean;

  constructor(phase: Phase, cause: unknown, timedOut = false) {
    super(`connecting failed in phase ${phase}`, { cause });
    this.name = 'ConnectError';
    this.phase = phase;
    this.timedOut = timedOut;
  }
}
