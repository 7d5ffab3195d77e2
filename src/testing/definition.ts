import type { Resolver } from 'node:dns';
import type { TargetTls } from '../engine/types.ts';
import type { Scene } from './scene.ts';
import type { BackendCause, FaultOptions, FaultRequest } from './types.ts';

/** Name of a fault: a cause, for the usual way to bring it about; or a cause and one of several other ways. */
export type FaultName = BackendCause | `${BackendCause}/${string}`;

/** Where the backend is, and what a gateway must know to get there. */
export interface Place {
  readonly url: string;
  readonly tls?: TargetTls;
  readonly socketPath?: string;
  /** HTTP/2, by prior knowledge or ALPN. */
  readonly protocol?: 'h2';
  readonly resolver?: Resolver;
}

/** One fault: what is told of it, and how it is brought about. */
export interface FaultDefinition {
  readonly description: string;
  readonly options?: FaultOptions;
  readonly request?: Partial<FaultRequest>;
  readonly afterHead?: true;
  readonly start: (scene: Scene) => Promise<Place>;
}

/** The faults of one file. */
export type FaultDefinitions = Partial<Record<FaultName, FaultDefinition>>;
