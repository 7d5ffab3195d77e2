import type { Clock } from '../engine/clock.ts';
import type { Destinations } from '../engine/destinations.ts';
import type { Resolver } from '../engine/resolver.ts';
import type { Forward, Target } from '../engine/types.ts';

/** The hop: sends the exchange's current attempt to its target. */
export interface Forwarder {
  readonly forward: Forward;
  /** Why it cannot send anything to such a target; undefined when it can. Asked before a backend joins. */
  refusalOf?(target: Target): string | undefined;
  /** Makes a bare connection and drops it: is the backend back? No request is risked. */
  probe(target: Target): Promise<boolean>;
  /** A backend left: closes its connections, those in use when their exchange is over. */
  forget(target: Target): Promise<void>;
  /** Closes idle connections now, and those in use when their exchange is over. */
  close(): Promise<void>;
  /** Destroys every connection. */
  destroy(): Promise<void>;
}

/** What a gateway tells its forwarder. */
export interface ForwarderContext {
  readonly clock: Clock;
  /** Our name in Via. */
  readonly name: string;
  /** Limit of a connection made for no request in particular. */
  readonly connectMs: number;
  /** Which addresses may be connected to; undefined: any. */
  readonly destinations?: Destinations | undefined;
  /** Default: the system's own lookup. */
  readonly resolver?: Resolver | undefined;
  readonly logger: { error(details: object, message: string): void };
}

/** Makes the forwarder of one gateway. */
export type ForwarderFactory = (context: ForwarderContext) => Forwarder;
