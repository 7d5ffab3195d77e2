import type { Resolver } from 'node:dns';
import type { TimeoutSettings } from '../engine/settings.ts';
import type { CauseCode, TargetTls } from '../engine/types.ts';
import type { notFromABackend } from './elsewhere.ts';

/** Causes that a backend, its address or its name server can bring about. */
export type BackendCause = Exclude<CauseCode, keyof typeof notFromABackend>;

/** One way to fail, and what shows it. */
export interface FaultRow {
  /** What the gateway names it. */
  readonly cause: BackendCause;
  /** One sentence: what the backend does. */
  readonly description: string;
  /** Options with which a gateway shows it fast. Where and how to connect comes on top, in `FaultyBackend.options`. */
  readonly options: FaultOptions;
  /** What has to be sent. */
  readonly request: FaultRequest;
  /**
   * The response has begun by then: the client gets its status and a broken body, no cause header. The cause
   * is in the `exchange` event.
   */
  readonly afterHead: boolean;
}

/** Gateway options that do not depend on where the backend listens. */
export interface FaultOptions {
  readonly timeouts?: Partial<TimeoutSettings>;
}

export interface FaultRequest {
  readonly method: 'GET' | 'POST';
  /** Bytes of request body; 0: none. Larger than what sockets buffer, where the backend does not read it all. */
  readonly bodyBytes: number;
  /** How many such requests, one after the other: the last of them fails. */
  readonly times: number;
}

/** A real server, or the want of one, that fails in one way. */
export interface FaultyBackend extends AsyncDisposable {
  /** What a gateway names it. */
  readonly cause: BackendCause;
  readonly url: string;
  /** Options for `createGateway`: this backend, and what it takes to see the cause within 2 s. */
  readonly options: FaultOptions & {
    readonly backends: readonly [FaultyBackendOptions];
    readonly resolver?: Resolver;
  };
  /** One per request whose head has arrived, in order. Live. */
  readonly requests: readonly ReceivedRequest[];
  /** Closes servers and connections. May be called more than once. */
  close(): Promise<void>;
}

/** One of the `backends` of `createGateway`. */
export interface FaultyBackendOptions {
  readonly url: string;
  readonly protocol?: 'h2';
  readonly tls?: TargetTls;
  readonly socketPath?: string;
}

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, as they arrived. */
  readonly path: string;
  /** Lower-case names, as in `node:http`. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
