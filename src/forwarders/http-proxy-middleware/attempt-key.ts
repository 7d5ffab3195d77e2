import type { MiddlewareAttempt } from './attempt.ts';

/** Where the objects that http-proxy-middleware hands around keep the attempt that they belong to. */
export const ATTEMPT = Symbol('attempt');

export interface OfAttempt {
  readonly [ATTEMPT]?: MiddlewareAttempt | undefined;
}

export function attemptOf(object: unknown): MiddlewareAttempt | undefined {
  return typeof object === 'object' && object !== null ? (object as OfAttempt)[ATTEMPT] : undefined;
}
