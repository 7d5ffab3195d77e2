import type { Forward, Target } from '../engine/types.ts';

/** The hop: sends the exchange's current attempt to its target. */
export interface Forwarder {
  readonly forward: Forward;
  /** Makes a bare connection and drops it: is the backend back? No request is risked. */
  probe(target: Target): Promise<boolean>;
  /** A backend left: closes its connections, those in use when their exchange is over. */
  forget(target: Target): Promise<void>;
  /** Closes idle connections now, and those in use when their exchange is over. */
  close(): Promise<void>;
  /** Destroys every connection. */
  destroy(): Promise<void>;
}
