/**
 * Options after validation and defaults: what the mechanisms read. Frozen. The meaning, unit, range and
 * default of each is documented once, in `options.ts`. A leaf: types only.
 */
import type { CauseCode, FailureReport, ProxyRequest, Target } from './types.ts';

/** What one mount may decide for itself. */
export interface RequestSettings {
  readonly retry: RetrySettings | false;
  readonly timeouts: TimeoutSettings;
  readonly headers: HeaderSettings;
  readonly errors: ErrorSettings;
  readonly upgrade: UpgradeSettings;
  readonly rewrite: RewriteSettings;
}

export interface RetrySettings {
  readonly retries: number;
  readonly replayBytes: number;
  readonly maxRetryAfterMs: number;
  readonly hedge: HedgeSettings | false;
  readonly when: ((request: ProxyRequest, cause: CauseCode) => boolean) | undefined;
}

export interface HedgeSettings {
  readonly quantile: number;
  readonly delayMs: number | undefined;
}

export interface TimeoutSettings {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly learned: boolean | 'observe';
  readonly key: ((request: ProxyRequest) => string | undefined) | undefined;
  readonly idleMs: number;
  readonly writeMs: number;
  readonly requestBodyMs: number;
  readonly deadlineMs: number;
  readonly deadlineHeader: string | false;
  readonly upgradeIdleMs: number;
}

export interface HeaderSettings {
  readonly trust: 'app' | boolean | ((request: ProxyRequest) => boolean);
  readonly forwarded: boolean;
  readonly host: 'preserve' | 'backend';
}

/** Which upgrades a mount takes: unlike requests, they do not pass an app's routes. */
export interface UpgradeSettings {
  readonly path: string | undefined;
  readonly strip: boolean;
}

/** What is changed on the way; undefined: nothing. */
export interface RewriteSettings {
  readonly path: PathRewrite | undefined;
  readonly request: RequestFunction | undefined;
  readonly response: ResponseFunction | undefined;
  /** True: one that names the backend is mapped to the client's view. */
  readonly location: true | LocationFunction | undefined;
  readonly cookies: CookieSettings | undefined;
}

export interface PathRewrite {
  /** Undefined: as it is. */
  readonly apply: (request: ProxyRequest) => string | undefined;
  /** From a backend's path to the client's, given what this client asked for; undefined where there is none. */
  readonly undo?: (path: string, asked: string) => string | undefined;
}

export interface CookieSettings {
  readonly domain: CookieFunction | undefined;
  readonly path: CookieFunction | undefined;
}

export type RequestFunction = (head: RequestHead, request: ProxyRequest) => void;
export type ResponseFunction = (head: ResponseHead, request: ProxyRequest) => void;
export type LocationFunction = (location: string, request: ProxyRequest) => string | undefined;
/** Of an attribute's value; an empty one takes the attribute away, undefined leaves it as it is. */
export type CookieFunction = (value: string, request: ProxyRequest) => string | undefined;

/** A request head on its way to a backend, once for each attempt. */
export interface RequestHead {
  /** Name of the backend. */
  readonly backend: string;
  readonly method: string;
  /** Path and query, before the backend's own path prefix. Can be changed. */
  path: string;
  readonly headers: HeaderEdits;
}

/** A response head on its way to the client. */
export interface ResponseHead {
  /** Name of the backend that answered. */
  readonly backend: string;
  /** Can be changed, from 200 to 599; not to or from 204 and 304, which have no body. */
  status: number;
  readonly headers: HeaderEdits;
}

/**
 * Headers in order and spelling, found by name in any case. Changes throw a TypeError for what is no header, for those
 * by which HTTP frames its messages and connections (`Content-Length`, `Transfer-Encoding`, `Connection` and the like),
 * for `Via`, and once the function has returned.
 */
export interface HeaderEdits extends Iterable<[name: string, value: string]> {
  /** All values, joined by commas; undefined where there is none. */
  get(name: string): string | undefined;
  getAll(name: string): string[];
  has(name: string): boolean;
  /** In place of all there were. */
  set(name: string, value: string): void;
  append(name: string, value: string): void;
  delete(name: string): void;
}

/** How much of a failure the reader of the response is told. */
export type Disclosure = 'public' | 'trusted' | 'hidden';

export interface RenderedBody {
  readonly contentType: string;
  readonly body: string;
}

export interface ErrorSettings {
  readonly status: number | 'by-cause' | ((report: FailureReport, request: ProxyRequest) => number);
  readonly disclose: Disclosure | ((request: ProxyRequest) => Disclosure);
  readonly render: ((report: FailureReport, request: ProxyRequest) => RenderedBody | undefined) | undefined;
  readonly deliver: 'respond' | 'next';
}

export interface BudgetSettings {
  readonly ratio: number;
  readonly minPerSecond: number;
  readonly windowMs: number;
}

export interface BreakerSettings {
  readonly consecutiveFailures: number;
  readonly failureRate: number;
  readonly minRequests: number;
  readonly windowMs: number;
  readonly openMs: number;
  readonly maxOpenMs: number;
  readonly successes: number;
  readonly slowMs: number;
  readonly slowRate: number;
}

/** How a backend is chosen among those in rotation. */
export type BalanceSettings =
  | 'peak-ewma'
  | 'least-pending'
  | 'round-robin'
  | { readonly hash: (request: ProxyRequest) => string | undefined };

export interface LimitSettings {
  readonly perBackend: number;
  readonly adaptive: boolean;
  readonly admission: boolean;
  readonly priority: ((request: ProxyRequest) => number | undefined) | undefined;
  readonly queue: number;
  readonly queueMs: number;
  readonly requestBytes: number;
  readonly upgrades: number;
}

/** Which addresses may be connected to. */
export interface DestinationSettings {
  readonly allowsPrivate: boolean;
  /** As `10.0.0.0/8`; those of a listed range are allowed whatever they are. */
  readonly addresses: readonly string[];
  /** As `api.internal` or `*.internal`, in lower case; undefined: any. */
  readonly hosts: readonly string[] | undefined;
  /** Paths of Unix sockets; of a folder, with a slash at the end. */
  readonly sockets: readonly string[];
}

/** A backend as the pool takes it. */
export interface BackendSettings {
  readonly target: Target;
  readonly weight: number;
  /** Lower ones are used first. */
  readonly tier: number;
}

/** A backend that was named for one request, and is none of the pool. */
export interface Destination {
  /** Those with the same key are the same backend. */
  readonly key: string;
  readonly backend: BackendSettings;
}

/** Where backends come from, other than from the list in the options. */
export type SourceSettings =
  | {
      readonly kind: 'dns' | 'srv';
      /** A backend but for its address. */
      readonly template: BackendSettings;
    }
  | {
      readonly kind: 'lists';
      readonly name: string;
      readonly lists: AsyncIterable<unknown>;
      /** @throws TypeError or RangeError that names what is wrong with a list. */
      readonly settle: (list: unknown) => readonly BackendSettings[];
    };

export interface DiscoverySettings {
  readonly minTtlMs: number;
  readonly maxTtlMs: number;
  readonly waitMs: number;
}

export interface HealthSettings {
  /** Undefined: a bare connection is enough. */
  readonly path: string | undefined;
  readonly method: 'GET' | 'HEAD' | 'OPTIONS';
  readonly headers: Readonly<Record<string, string>>;
  /** Statuses that pass, from and to, both included. */
  readonly expect: readonly (readonly [number, number])[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly rise: number;
  readonly fall: number;
  readonly initial: 'up' | 'down';
}
