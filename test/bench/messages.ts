// What the bench and its child processes say to each other over IPC.

/** A server child accepts connections on 127.0.0.1. */
export interface Listening {
  kind: 'listening';
  port: number;
}

/** What a server child has used since it started. */
export interface Usage {
  kind: 'usage';
  /** User and system time of every thread, so garbage collection and compilation count too. */
  cpuMicroseconds: number;
  maxRssBytes: number;
}

/** The load generator waits for orders. */
export interface Ready {
  kind: 'ready';
}

export interface LoadResult {
  kind: 'load-result';
  /** Answers received inside the window. */
  requests: number;
  durationMs: number;
  latencyP50Ms: number;
  latencyP99Ms: number;
  failures: LoadFailures;
}

export interface LoadFailures {
  /** Connection errors and timeouts. */
  errors: number;
  non2xx: number;
  /** Answers whose body was not the backend's. */
  mismatches: number;
  /** Requests that never got an answer because their connection was closed under them. */
  lost: number;
}

export type ChildMessage = Listening | Usage | Ready | LoadResult;

export type MessageOf<Kind extends ChildMessage['kind']> = Extract<ChildMessage, { kind: Kind }>;

export interface AskUsage {
  kind: 'usage';
}

export interface RunLoad {
  kind: 'load';
  url: string;
  seconds: number;
  connections: number;
}

export type ParentMessage = AskUsage | RunLoad;
