import type { Phase } from '../engine/types.ts';

/** What connector and forwarder know of a failure. Naming it takes all of this: one ECONNRESET is eight failures. */
export interface FailureFacts {
  /** How far the attempt got. */
  readonly phase: Phase;
  readonly error: unknown;
  /** Our own timer of that phase fired. */
  readonly timedOut: boolean;
  /** The connection had served a request before this one. */
  readonly reused: boolean;
  /** Bytes that the backend sent since this request began. */
  readonly bytesRead: number;
  /** The beginning of a response head that was refused, where it was kept. */
  readonly head?: string | undefined;
  /** Bytes of the request that the connection had not taken yet when it failed. */
  readonly bytesUnsent?: number;
  /** Since the request was handed to the connection. */
  readonly elapsedMs?: number;
  /** How long the connection had been idle before this request. */
  readonly idleMs?: number;
  /** After how long this backend closes idle connections, where that is known. */
  readonly closesIdleAfterMs?: number | undefined;
}
