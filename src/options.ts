import type { Clock, Random } from './engine/clock.ts';
import type { Destinations } from './engine/destinations.ts';
import type { Resolver } from './engine/resolver.ts';
import type {
  BackendSettings,
  BalanceSettings,
  BreakerSettings,
  BudgetSettings,
  CookieFunction,
  Disclosure,
  DiscoverySettings,
  ErrorSettings,
  HeaderSettings,
  HealthSettings,
  HedgeSettings,
  LimitSettings,
  LocationFunction,
  RenderedBody,
  RequestFunction,
  RequestSettings,
  ResponseFunction,
  RetrySettings,
  SourceSettings,
  TimeoutSettings,
  UpgradeSettings,
} from './engine/settings.ts';
import type { CauseCode, FailureReport, ProxyRequest, TargetTls } from './engine/types.ts';
import type { ForwarderFactory } from './forwarders/forwarder.ts';
import type { Logger } from './insight/logger.ts';

/** Options of `createGateway`. Only `backends` is required: everything else has a default for production. */
export interface GatewayOptions extends PolicyOptions {
  /**
   * At least one. A plain URL is enough; its path is a prefix (`http://host/base` + `/x` = `/base/x`). An async
   * iterable, in place of the list or in it, gives lists that each replace the one before.
   */
  readonly backends: readonly (string | DiscoverableBackendOptions | BackendLists)[] | BackendLists;
  /** Our name in Via and Proxy-Status: an HTTP token. Gateways in a chain need different names. Default `causeway`. */
  readonly name?: string;
  /**
   * Who gets a request, among the backends in rotation, by weight. `peak-ewma` (default): of two at random the one with
   * less latency (peaks count at once, and fade) x pending requests. `least-pending`: of two at random the one with
   * fewer pending requests. `round-robin`: in turn. `hash`: requests for which the function returns the same text go
   * to the same backend, while it has at most 1.25 times its part of the pending requests (or 8 of them); where it
   * returns undefined, as `least-pending`.
   */
  readonly balance?: BalanceSettings;
  /**
   * Share of the pool, from 0 to 1: when fewer backends than that are in rotation, all but the draining ones are
   * used, whatever breakers and health checks say. Default 0: never.
   */
  readonly panicThreshold?: number;
  /**
   * Milliseconds over which a backend that recovered or joined later gets ever more of its share, beginning with a
   * tenth. 0 to 10 minutes; not under `hash`. Default 0: at once, as Envoy, HAProxy and nginx do it.
   */
  readonly slowStartMs?: number;
  /** As in a policy, and the budget, which all routes share. `false`: nothing is ever sent twice. */
  readonly retry?: GatewayRetryOptions | false;
  /** Takes a failing backend out of rotation. `false`: never. */
  readonly breaker?: Partial<BreakerSettings> | false;
  /** Asks backends whether they are well. Default `false`: what becomes of requests says enough. */
  readonly health?: HealthOptions | false;
  /** For backends with `discover`. */
  readonly discovery?: Partial<DiscoverySettings>;
  readonly limits?: LimitOptions;
  /**
   * Which addresses the gateway may connect to, for pools that are fed from outside: judged behind DNS, with the very
   * address. What is not allowed is answered with `destination_prohibited`. Default `false`: any.
   */
  readonly destinations?: DestinationOptions | false;
  /**
   * Asks name servers for the addresses of backends: a `Resolver` of `node:dns` or `node:dns/promises`. Default:
   * the system's own lookup, with hosts file and search domains.
   */
  readonly resolver?: Resolver;
  /**
   * What sends requests onward: `httpProxyMiddleware(options)` of `causeway-proxy/http-proxy-middleware`. Default: our
   * own, which is faster.
   */
  readonly forwarder?: ForwarderFactory;
  /** Where rare things that need an operator's eye are told: warnings and errors. Default: the console. */
  readonly logger?: Logger;
  /** Injectable time. Default: the system's. */
  readonly clock?: Clock;
  /** Injectable chance, in [0, 1). Default: Math.random. */
  readonly random?: Random;
}

/** `{}` allows all addresses of the public network, and no other. */
export interface DestinationOptions {
  /**
   * Addresses (`10.0.0.7`), ranges (`10.0.0.0/8`), hosts (`api.internal`, or all below: `*.internal`) and Unix sockets
   * (`unix:/run/app.sock`, or all in a folder: `unix:/run/apps/`). A listed address is allowed whatever it is; that of
   * a listed host, if it is public, or `private` says so; what is not listed is not allowed. Default: any public one.
   */
  readonly allow?: readonly string[];
  /**
   * Allows loopback addresses and those of private networks (RFC 1918, RFC 6598, RFC 4193) as well; never the link-local
   * ones, among which clouds keep their metadata service. Default false.
   */
  readonly private?: boolean;
}

/** What one mount may decide for itself: several routes share a gateway, each with its own limits. */
export interface PolicyOptions {
  /** `false`: nothing is ever sent twice. */
  readonly retry?: RetryOptions | false;
  readonly timeouts?: TimeoutOptions;
  readonly headers?: HeaderOptions;
  readonly errors?: ErrorOptions;
  readonly upgrade?: UpgradeOptions;
  readonly rewrite?: RewriteOptions;
}

/** How much at a time. */
export interface LimitOptions extends Partial<LimitSettings & { readonly replayBytes: number }> {
  /**
   * Find out from its latency how many requests at a time a backend takes without queueing, from 4 up to
   * `perBackend`; what is more waits in the queue. Default false.
   */
  readonly adaptive?: boolean;
  /**
   * Spare a backend that answers more than half of its requests with 429 or 503 what it would refuse anyway: the
   * excess goes to others that do not, or is refused at once with `pool_saturated`. Default false.
   */
  readonly admission?: boolean;
  /**
   * How important a request is: a whole number from 0 to 9, undefined for 5. Where some have to wait or are refused
   * (queue, admission), the least important are the first. Asked only then.
   */
  readonly priority?: ((request: ProxyRequest) => number | undefined) | undefined;
}

/** Time limits, in milliseconds, 1 up; Infinity switches one off. */
export interface TimeoutOptions extends Partial<Omit<TimeoutSettings, 'key'>> {
  /**
   * Which requests should take about equally long: those for which it returns the same text share what is learned.
   * Default, and where it returns undefined: method and shape of the path.
   */
  readonly key?: ((request: ProxyRequest) => string | undefined) | undefined;
}

/**
 * What is changed on the way. Functions must not be async; one that throws, or gives what cannot be sent, makes
 * `configuration_error` of the request. `false`, in a policy: not what the gateway does.
 */
export interface RewriteOptions {
  /**
   * The path towards the backend, before its prefix. An object replaces the first prefix that fits (`{ '/api': '/v1' }`:
   * `/api`, `/api/x`, not `/apix`), a list the first pattern that matches path and query; a function gives path and query,
   * or undefined for those that the client sent. A path with `..` in it is refused with 400. Default false.
   */
  readonly path?:
    | ((request: ProxyRequest) => string | undefined)
    | readonly (readonly [pattern: RegExp, replacement: string])[]
    | Readonly<Record<string, string>>
    | false;
  /** Changes the head of each attempt, after everything else. Default false. */
  readonly request?: RequestFunction | false;
  /** Changes the head of the response that the client gets, after everything else. Default false. */
  readonly response?: ResponseFunction | false;
  /**
   * True: a Location that names the backend's origin or prefix is mapped to what the client would ask for. A function
   * gives another one, or undefined to leave it. Default false.
   */
  readonly location?: boolean | LocationFunction;
  /** Attributes of Set-Cookie. `false`: neither. */
  readonly cookies?: CookieOptions | false;
}

/** From old values to new ones, `*` for all others; or a function. An empty text takes the attribute away. */
export interface CookieOptions {
  /** Default false. */
  readonly domain?: Readonly<Record<string, string>> | CookieFunction | false;
  /** By prefix. Default false. */
  readonly path?: Readonly<Record<string, string>> | CookieFunction | false;
}

/** Headers towards the backend that say where a request comes from. */
export interface HeaderOptions {
  /**
   * Is the peer a proxy of yours? What it says of the client (`X-Forwarded-*`, `X-Real-IP`, `Forwarded`) is believed, and
   * added to; what others say is dropped. `app` (default): Express's `trust proxy` or Koa's `app.proxy` decides, and
   * without them nobody is believed.
   */
  readonly trust?: HeaderSettings['trust'];
  /** Writes `Forwarded` (RFC 7239) beside `X-Forwarded-*`. Default false. */
  readonly forwarded?: boolean;
  /** Host towards the backend: the client's (default), or that of the backend's URL. */
  readonly host?: HeaderSettings['host'];
}

/** Which upgrades (WebSocket) a mount takes. They come to every listener of the server, and pass no routes. */
export interface UpgradeOptions {
  /**
   * Takes those of this path and below (`/chat`: `/chat`, `/chat/1`, `/chat?room=1`; not `/chats`), and leaves
   * others to other listeners. Case counts. Default: takes all.
   */
  readonly path?: string;
  /** Takes `path` off before the request goes to a backend, as Express does where it is mounted. Default false. */
  readonly strip?: boolean;
}

export interface BackendOptions {
  /** `http:` or `https:`. */
  readonly url: string;
  /** Shown to trusted readers and in events, in place of the address. Unique. Default: host and port. */
  readonly name?: string;
  /** Share of the traffic, relative to the others: above 0, up to 1,000. Default 1. */
  readonly weight?: number;
  /**
   * Which backends are used first: those of a higher tier only while none of a lower one can take a request.
   * A whole number from 0 to 65,535. Default 0.
   */
  readonly tier?: number;
  /**
   * Version of HTTP. `h2`: HTTP/2 alone, by prior knowledge where there is no TLS. `alpn`: HTTP/2 where the
   * backend agrees to it in the TLS handshake, else HTTP/1.1. Default `http/1.1`.
   */
  readonly protocol?: 'http/1.1' | 'h2' | 'alpn';
  /**
   * Certificates of this backend. Verification is always on. A function is read for each new connection, so that they
   * can be renewed without a restart; while it throws, requests that need one fail with `configuration_error`.
   */
  readonly tls?: TargetTls | (() => TargetTls);
  /** A Unix socket to connect to; the URL still gives protocol, Host and prefix. */
  readonly socketPath?: string;
}

/** Lists of backends, each in place of the one before. An empty one takes all of them out. */
export type BackendLists = AsyncIterable<readonly (string | BackendOptions)[]>;

export interface DiscoverableBackendOptions extends BackendOptions {
  /**
   * `dns`: every address of the URL's host is a backend. `srv`: so is every address of every host that its service
   * records name, with their port, weight and priority (added to `tier`). Both are asked for again when their TTL
   * is nearly over.
   */
  readonly discover?: 'dns' | 'srv';
}

/** A status, or a range of them, both ends included. */
export type HealthStatus = number | `${number}-${number}`;

export interface HealthOptions {
  /** Asked for, after the backend's own prefix. Without one a connection is enough, with TLS where the URL has it. */
  readonly path?: string;
  /** Default GET. */
  readonly method?: HealthSettings['method'];
  /** Sent along, such as `{ host: 'health.internal' }`. Default Host: that of the backend's URL. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that pass. Default `200-399`. */
  readonly expect?: HealthStatus | readonly HealthStatus[];
  /** Milliseconds between two checks of a backend. 100 to 600,000, default 5,000. */
  readonly intervalMs?: number;
  /** Milliseconds for one check, connection and all. 1 to `intervalMs`, default 2,000, or `intervalMs` where less. */
  readonly timeoutMs?: number;
  /** Checks in a row that bring a backend back. 1 to 100, default 2. The first that passes is enough at the start. */
  readonly rise?: number;
  /** Failed checks in a row that take it out. 1 to 100, default 3. */
  readonly fall?: number;
  /** What a new backend is taken for until its checks have said otherwise. Default `up`. */
  readonly initial?: HealthSettings['initial'];
}

export interface RetryOptions {
  /** Attempts after the first one. 0 to 10, default 2. Moves that are provably harmless come on top, at most 3. */
  readonly retries?: number;
  /** Bytes of request body kept for another attempt. 0 to 1 MiB, default 64 KiB. A larger body is sent once. */
  readonly replayBytes?: number;
  /**
   * Longest wait that a backend may ask for with Retry-After when there is no other one to ask. 0 to 60,000 ms,
   * default 2,000. For a longer one, or one beyond the deadline, its answer is passed on at once.
   */
  readonly maxRetryAfterMs?: number;
  /**
   * Send a second attempt to another backend when the first is slow, and take what answers first. Only for
   * requests that are idempotent by their method, and paid from the budget; counts as one of `retries`. Default
   * false; true: when the first is slower than 95 % of the recent answers of its route.
   */
  readonly hedge?: boolean | HedgeOptions;
  /** Opt in for requests that are not idempotent: true when repeating this one after this cause does no harm. */
  readonly when?: (request: ProxyRequest, cause: CauseCode) => boolean;
}

export interface HedgeOptions {
  /** Share of a route's recent answers that a first attempt must be slower than. 0.5 to 0.999, default 0.95. */
  readonly quantile?: number;
  /** A fixed delay in its place. 1 ms up. */
  readonly delayMs?: number;
}

export interface GatewayRetryOptions extends RetryOptions {
  /** Bounds retries relative to requests, over the whole gateway. */
  readonly budget?: Partial<BudgetSettings>;
}

export interface ErrorOptions {
  /** Status of a failure of the gateway's own: 400 to 599, or RFC 9209's per cause, or a function. Default 502. */
  readonly status?: number | 'by-cause' | ((report: FailureReport, request: ProxyRequest) => number);
  /**
   * How much the reader is told. `public` names no backend; `trusted` lists the attempts and the remedy;
   * `hidden` gives status, cause and request id. Default: `trusted` when NODE_ENV is `development` or `test`,
   * else `public`.
   */
  readonly disclose?: Disclosure | ((request: ProxyRequest) => Disclosure);
  /** A body in place of the problem JSON; undefined keeps that. */
  readonly render?: (report: FailureReport, request: ProxyRequest) => RenderedBody | undefined;
  /** `next`: hand a GatewayError to the app's own error handling. Default `respond`. */
  readonly deliver?: 'respond' | 'next';
}

/** Every default, with unit, range and reason. Milliseconds; Infinity switches a limit off where it is allowed. */
export const DEFAULTS = {
  name: 'causeway',
  balance: 'peak-ewma',
  // 0 to 1. Off: with few backends, half of them out is no reason to send requests to those.
  panicThreshold: 0,
  // 0 to 10 min. Off, as everywhere: with little traffic it starves a backend that is well.
  slowStartMs: 0,
  retry: {
    // 0 to 10. Three attempts at most: more only add load.
    retries: 2,
    // 0 to 1 MiB. What Linkerd keeps; covers API calls, and uploads stream past it.
    replayBytes: 65_536,
    // 0 to 60 s. A client that waits for longer is served better by the backend's own answer, Retry-After and all.
    maxRetryAfterMs: 2_000,
    // Off: it adds to the load.
    hedge: false,
    when: undefined,
  } satisfies RetrySettings,
  hedge: {
    // 0.5 to 0.999: at most about one request in twenty gets a second attempt (The Tail at Scale).
    quantile: 0.95,
    // 1 ms up: in place of what was learned.
    delayMs: undefined,
  } satisfies HedgeSettings,
  budget: {
    // 0 to 1, retries per request: Finagle's 20 %, so that a backend that fails what it is sent gets 1.2 times
    // the load. What was provably not sent is not charged: it cannot add to the load.
    ratio: 0.2,
    // 0 to 1,000 per second: a low floor, so that a quiet app can retry and a cold start does not flood.
    minPerSecond: 1,
    // 1 s to 10 min.
    windowMs: 10_000,
  } satisfies BudgetSettings,
  breaker: {
    // 1 to 1,000 connection-level failures in a row: what Envoy and Finagle wait for.
    consecutiveFailures: 5,
    // Above 0, up to 1: share of failures in the window, also 502/503/504 and timeouts.
    failureRate: 0.5,
    // 1 to 100,000 requests in the window before the rate counts.
    minRequests: 20,
    // 100 ms to 10 min.
    windowMs: 10_000,
    // 10 ms to 10 min: the first wait; doubles up to maxOpenMs.
    openMs: 1_000,
    maxOpenMs: 30_000,
    // 1 to 100 good probes before it closes.
    successes: 1,
    // 1 ms up: an answer that took longer is a slow one. Off: what is slow depends on the route.
    slowMs: Infinity,
    // Above 0, up to 1: share of slow answers in the window, again once there were minRequests.
    slowRate: 0.5,
  } satisfies BreakerSettings,
  health: {
    // Undefined: a connection is enough.
    path: undefined,
    method: 'GET',
    headers: {},
    // What an orchestrator's HTTP probe takes for healthy.
    expect: '200-399',
    // 100 ms to 10 min. Short enough to matter, long enough to cost nothing.
    intervalMs: 5_000,
    // 1 ms up to intervalMs.
    timeoutMs: 2_000,
    // 1 to 100 checks in a row: HAProxy's.
    rise: 2,
    fall: 3,
    // Requests find out soon enough; nothing must wait for the first check.
    initial: 'up',
  } satisfies Omit<HealthSettings, 'expect'> & { readonly expect: HealthStatus },
  discovery: {
    // 100 ms to 1 h: a TTL of 0 must not keep the resolver busy.
    minTtlMs: 1_000,
    // 100 ms to 1 day: a TTL of a day must not hide a change for as long.
    maxTtlMs: 30_000,
    // 0 up: from the start of the gateway, how long requests wait for the first backend.
    waitMs: 5_000,
  } satisfies DiscoverySettings,
  timeouts: {
    // 1 ms up: DNS, TCP and TLS together. Long enough for one lost SYN (resent after 1 s).
    connectMs: 2_000,
    // 1 ms up: from the last request byte to the complete response head.
    firstByteMs: 30_000,
    // Cut earlier where an attempt can go elsewhere and is slower than recent answers of its route.
    learned: true,
    // Undefined: method and shape of the path.
    key: undefined,
    // 1 ms up: silence in the middle of a response. Off for text/event-stream.
    idleMs: 300_000,
    // 1 ms up: the backend takes no more of the request body.
    writeMs: 30_000,
    // 1 ms up: the client sends no more of it.
    requestBodyMs: 60_000,
    // 1 ms up: until the response head, queue and all attempts included. Where only firstByteMs is raised beyond it,
    // it is firstByteMs and connectMs together: a long poll must not be cut short.
    deadlineMs: 60_000,
    // Off, or a name: backends have to know it.
    deadlineHeader: false,
    // 1 ms up: no byte either way on an upgraded connection. HAProxy's advice for tunnels. A dead peer is found
    // in minutes, by TCP keep-alive; this ends what both sides have forgotten.
    upgradeIdleMs: 3_600_000,
  } satisfies TimeoutSettings,
  limits: {
    // 1 up: Envoy's circuit breaker default.
    perBackend: 1_024,
    // Off: it needs traffic to learn from, and backends whose latency tells how loaded they are.
    adaptive: false,
    // Off: 429 may be meant for one client alone.
    admission: false,
    // Undefined: all requests are alike.
    priority: undefined,
    // 0 up: requests waiting for a free slot.
    queue: 1_024,
    // 1 ms up.
    queueMs: 1_000,
    // 0 up: a larger request body is refused with 413.
    requestBytes: Infinity,
    // 0 up: upgraded connections over the whole gateway. Each takes two file descriptors, and one of about 28,000
    // local ports towards a backend: a flood of them must leave enough for requests.
    upgrades: 10_000,
    // 0 up: replay copies of all requests together.
    replayBytes: 67_108_864,
  } satisfies LimitSettings & { readonly replayBytes: number },
  headers: {
    // Anybody can send X-Forwarded-*: only a peer that is known to be a proxy is believed. An app that has said so
    // (Express: `trust proxy`, Koa: `app.proxy`) need not say it twice.
    trust: 'app',
    // Off: few backends read it, and X-Forwarded-* says the same.
    forwarded: false,
    host: 'preserve',
  } satisfies HeaderSettings,
  // Off: backends that are written down are meant, wherever they are.
  destinations: false,
  // Upgrades do not pass an app's routes, and so do not know where a mount is.
  upgrade: { path: undefined, strip: false } satisfies UpgradeSettings,
  // Off: what passes as it is cannot be wrong.
  rewrite: {
    path: false,
    request: false,
    response: false,
    location: false,
    cookies: { domain: false, path: false },
  } satisfies RewriteOptions,
} as const;

/** Options after validation, complete and frozen. */
export interface Settings {
  readonly backends: readonly BackendSettings[];
  readonly name: string;
  readonly balance: BalanceSettings;
  readonly panicThreshold: number;
  readonly slowStartMs: number;
  readonly request: RequestSettings;
  readonly budget: BudgetSettings;
  readonly breaker: BreakerSettings | false;
  /** Where backends come from beside `backends`. */
  readonly sources: readonly SourceSettings[];
  readonly discovery: DiscoverySettings;
  readonly health: HealthSettings | false;
  readonly limits: LimitSettings & { readonly replayBytes: number };
  /** Undefined: any. */
  readonly destinations: Destinations | undefined;
  readonly resolver: Resolver | undefined;
  readonly forwarder: ForwarderFactory | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** Built per gateway: the environment may differ between two of them. */
export function defaultErrors(environment: string | undefined): ErrorSettings {
  const trusted = environment === 'development' || environment === 'test';
  return { status: 502, disclose: trusted ? 'trusted' : 'public', render: undefined, deliver: 'respond' };
}
