import type { Clock } from '../../engine/clock.ts';
import type { Exchange, Failed, Target } from '../../engine/types.ts';
import type { ForwarderContext } from '../forwarder.ts';
import type { MiddlewareInstance } from './instance.ts';
import type { Mirror } from './mirror.ts';
import type { Route } from './route.ts';
import type { MiddlewareSettings } from './settings.ts';

/** What an attempt needs beside its exchange. */
export interface MiddlewareContext {
  readonly clock: Clock;
  /** Our name in Via. */
  readonly name: string;
  readonly logger: ForwarderContext['logger'];
  readonly instance: MiddlewareInstance;
  readonly settings: MiddlewareSettings;
  readonly route: Route;
  /** Does a port that closes on plain HTTP expect TLS? Calls back once. */
  readonly checkPlaintext: (target: Target, listener: (isTls: boolean) => void) => void;
  /** Where a copy of each request goes. */
  readonly mirror: Mirror | undefined;
  /** A response broke off after its head had gone to the client. */
  readonly onBroken?: ((exchange: Exchange, failure: Failed) => void) | undefined;
}
