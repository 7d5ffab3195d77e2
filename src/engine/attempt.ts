import type { AppliedLimit, Attempt, Cancellable, CauseCode, Phase, Reached, Target } from './types.ts';

export class BackendAttempt implements Attempt {
  readonly number: number;
  readonly target: Target;
  readonly startedAt: number;
  phase: Phase = 'select';
  connectedAt: number | undefined = undefined;
  sentAt: number | undefined = undefined;
  answeredAt: number | undefined = undefined;
  endedAt: number | undefined = undefined;
  status: number | undefined = undefined;
  cause: CauseCode | undefined = undefined;
  reached: Reached | undefined = undefined;
  limit: AppliedLimit | undefined = undefined;
  hedge = false;
  superseded = false;
  running: Cancellable | undefined = undefined;

  constructor(number: number, target: Target, startedAt: number) {
    this.number = number;
    this.target = target;
    this.startedAt = startedAt;
  }
}

/** Before the first byte of the request went out, the backend cannot have processed anything. */
export function isUnsent(phase: Phase): boolean {
  return phase === 'select' || phase === 'dns' || phase === 'connect' || phase === 'tls';
}
