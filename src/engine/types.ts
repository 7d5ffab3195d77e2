/**
 * The five words of the engine (Forward, Layer, Outcome, Gate, Pass) and the facts they exchange.
 * A leaf: types only, imports nothing but the shape of the settings.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type { Destination, RequestSettings } from './settings.ts';

/** Sends an exchange onward and says how it ended. Never rejects. */
export type Forward = (exchange: Exchange) => Promise<Outcome>;

/** One per-request mechanism: wraps the Forward beneath it. */
export type Layer = (next: Forward) => Forward;

/** Discriminated on `kind`: a response whose body has not been touched yet; a 101 with its socket; a failure. */
export type Outcome = Responded | Upgraded | Failed;

/** One per-backend mechanism (breaker, concurrency, health). No Pass, no request. */
export interface Gate {
  readonly name: string;
  admits(now: number): boolean;
  enter(now: number): Pass | undefined;
}

/** Permission to use a backend once. */
export interface Pass {
  /** The response head arrived, after `latencyMs`: decides a half-open probe without waiting for a long body. */
  answered(verdict: Verdict, now: number, latencyMs: number): void;
  /** Exactly once, at the end: frees the slot. */
  settle(verdict: Verdict, now: number): void;
}

/** How an attempt reflects on its backend. `ignored`: it says nothing about the backend's health. */
export type Verdict =
  | { readonly kind: 'success' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'failure'; readonly cause: CauseCode };

/** Could the backend have processed the request? Decides what may be repeated (RFC 9110 section 9.2.2). */
export type Reached = 'no' | 'maybe' | 'yes';

/** How far an attempt got. */
export type Phase = 'select' | 'dns' | 'connect' | 'tls' | 'send' | 'wait' | 'body';

export type StopReason =
  | 'not_retryable'
  | 'method_not_idempotent'
  | 'body_not_replayable'
  | 'max_attempts'
  | 'budget_exhausted'
  | 'deadline'
  | 'no_other_backend'
  | 'response_started'
  | 'client_gone'
  | 'disabled';

/** What was decided about sending an exchange once more. */
export interface RepeatDecision {
  /** `retry`: after an attempt that failed; `hedge`: beside one that is slow. */
  readonly kind: 'retry' | 'hedge';
  /** What was wrong with the attempt; undefined for a slow one. */
  readonly cause: CauseCode | undefined;
  /** Why it is not sent; undefined when it is. */
  readonly reason: StopReason | undefined;
  readonly waitMs: number;
  /** The budget paid for it. */
  readonly paid: boolean;
}

/** What was decided about an attempt that takes longer than its route's recent answers. */
export interface LimitDecision {
  /**
   * `cut`: given up. `observed`: it would have been, but the limit only watches. `widened`: cuts became too many,
   * and the configured limit rules until a new one is learned.
   */
  readonly action: 'cut' | 'observed' | 'widened';
  /** What it waits for: the connection, or the response head. */
  readonly phase: 'connect' | 'first_byte';
  /** Method and shape of the path, or what `timeouts.key` returned. */
  readonly route: string;
  readonly limit: AppliedLimit;
  readonly configuredMs: number;
}

/** Told of such decisions. Injected: insight is fed, it does not steer. */
export interface LimitObserver {
  /** Whether anybody wants to know; asked before anything is built. */
  watchesLimits(): boolean;
  limitDecided(exchange: Exchange, attempt: Attempt, decision: LimitDecision): void;
}

/** Told of decisions about repeating. Injected, too. */
export interface RepeatObserver {
  /** Whether anybody wants to know; asked before anything is built. */
  watchesRepeats(): boolean;
  repeatDecided(exchange: Exchange, decision: RepeatDecision): void;
}

/** Flat list of names and values, in order and spelling as on the wire: `['Host', 'a', 'Accept', 'b']`. */
export type RawHeaders = readonly string[];

/** A response head, with the body still to come. Whoever holds one must `relay` or `discard` it. */
export interface Responded {
  readonly kind: 'responded';
  readonly status: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  /** As the backend sent it, where `status` was changed on the way. */
  readonly receivedStatus?: number;
  /** Some name occurs more than once. */
  readonly hasRepeatedHeaders: boolean;
  /** Names of headers that the app had set and a user's hook took away. */
  readonly withdrawn?: readonly string[] | undefined;
  /** `text/event-stream`: each event goes out at once, and silence is normal. */
  readonly isEventStream: boolean;
  /** True once the whole body is here: it can be sent together with the head. */
  readonly complete: boolean;
  /** Hands the body to the sink. Resolves once, when that is over, one way or the other. */
  relay(sink: Sink): Promise<Ending>;
  /** Throws the body away: drained when small, so that the connection lives on; else destroyed. */
  discard(): void;
  /** Calls back once, when the body was relayed, broke off or was discarded; at once when that is past. */
  onEnded(listener: (ending: Ending) => void): void;
}

export interface Ending {
  readonly verdict: Verdict;
  /** Of the body; of a tunnel, both ways. */
  readonly bytes: number;
  /** Why it broke off; undefined when it was complete or discarded. */
  readonly cause?: CauseCode;
  /** What was thrown, where that is the cause. */
  readonly error?: unknown;
}

/** A backend that switched protocols, with its connection. Whoever holds one must `tunnel` or `discard` it. */
export interface Upgraded {
  readonly kind: 'upgraded';
  readonly status: 101;
  /** Of the 101, without `Connection` and `Upgrade`. */
  readonly headers: RawHeaders;
  /** What it switched to: the value of `Upgrade`. */
  readonly protocol: string;
  /**
   * Joins the client's connection to the backend's; `early` is what the client has sent already. Resolves once,
   * when both are closed or about to be.
   */
  tunnel(client: Duplex, early: readonly Buffer[]): Promise<Ending>;
  /** Closes the backend's connection. */
  discard(): void;
  /** Calls back once, when the tunnel is over or was discarded; at once when that is past. */
  onEnded(listener: (ending: Ending) => void): void;
}

export interface Failed {
  readonly kind: 'failed';
  readonly cause: CauseCode;
  readonly reached: Reached;
  readonly verdict: Verdict;
  /** The underlying error, for logs and `GatewayError.cause`; never shown to clients. */
  readonly error?: unknown;
  /** One sentence for trusted readers. */
  readonly detail?: string;
  /** A 4xx for what the client did wrong; otherwise the status follows from the cause. */
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** One backend alone is out: another may be asked, whatever the cause says of retries. */
  readonly isOfOneBackend?: true;
  /** State of each backend, where none could be used. */
  readonly backends?: readonly BackendReport[];
  /** Extra RFC 9209 parameters, such as `rcode` or `alert-id`. */
  readonly parameters?: Readonly<Record<string, string | number>>;
}

/** Where the bytes of a response go. */
export interface Sink {
  /** Sends the head now: the first byte of the body may be long in coming. */
  flush(): void;
  /** False when the client reads slower than the backend sends: wait for `onDrain`. */
  write(chunk: Buffer): boolean;
  end(chunk: Buffer | undefined, trailers: RawHeaders | undefined): void;
  /** Breaks the connection, so that a truncated body cannot be taken for a complete one. */
  break(): void;
  onDrain(listener: () => void): void;
}

/** What every function option is given: the client's request, read-only. */
export interface ProxyRequest {
  /** Request id: the client's own `X-Request-Id` when it is sane, else a new UUID. */
  readonly id: string;
  readonly method: string;
  /** Path and query that go to the backend, before a backend's own path prefix. */
  readonly path: string;
  /** Lower-case names, as in `node:http`. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;
}

/** Does the app take the peer for a proxy of its own? */
export type AppTrust = () => boolean;

/** One backend's address, as the forwarders need it. */
export interface Target {
  readonly name: string;
  readonly origin: string;
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  /** IP address to connect to, where discovery knows it; the host name stays for Host, SNI and certificate. */
  readonly address?: string | undefined;
  readonly port: number;
  /** Value of the Host header under `headers.host: 'backend'`. */
  readonly host: string;
  /** Path prefix, without a trailing slash; often empty. */
  readonly prefix: string;
  /** Query that goes before that of each request, with its question mark. On the http-proxy-middleware lane alone. */
  readonly search?: string | undefined;
  /** Local address to connect from. */
  readonly localAddress?: string | undefined;
  readonly socketPath?: string | undefined;
  /** Versions of HTTP to offer, by their ALPN names, the preferred one first. */
  readonly alpn: readonly ('http/1.1' | 'h2')[];
  /** A function is read for each new connection. */
  readonly tls?: DialTls | (() => TargetTls) | undefined;
}

/** TLS towards one backend. */
export interface TargetTls {
  readonly ca?: string | Buffer | (string | Buffer)[];
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** SNI, and the name checked in the certificate; default: the host name of the backend's URL. */
  readonly servername?: string;
  /** Default: `TLSv1.2`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** What http-proxy-middleware allows beside that. */
export interface DialTls extends TargetTls {
  /** False: a user of http-proxy-middleware has said `secure: false`. */
  readonly rejectUnauthorized?: boolean;
  readonly pfx?: string | Buffer;
  readonly passphrase?: string;
  readonly ciphers?: string;
  readonly secureProtocol?: string;
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** What limited an attempt, and why: shown in the report. */
export interface AppliedLimit {
  readonly limitMs: number;
  readonly source: 'configured' | 'learned';
  /** Milliseconds: quantiles of recent answers, rounded up by at most a tenth. */
  readonly p50?: number;
  readonly p99?: number;
  /** How many there were. */
  readonly samples?: number;
}

/** What is known of one route, and the limit that follows from it. */
export interface RouteLimit extends AppliedLimit {
  /** Method and shape of the path, or the text that `timeouts.key` returned: chosen by clients, so escape it. */
  readonly route: string;
}

/** One try at one backend. Mutable while it runs; afterwards the record of it. */
export interface Attempt {
  readonly number: number;
  readonly target: Target;
  readonly startedAt: number;
  phase: Phase;
  /** A connection was made for it, and was ready at this time; undefined on one that was there already. */
  connectedAt: number | undefined;
  /** The last byte of the request was handed to the connection at this time. */
  sentAt: number | undefined;
  /** The response head was complete at this time. */
  answeredAt: number | undefined;
  endedAt: number | undefined;
  status: number | undefined;
  cause: CauseCode | undefined;
  reached: Reached | undefined;
  limit: AppliedLimit | undefined;
  /** Sent beside an earlier one that was slow. */
  hedge: boolean;
  /** Given up because another attempt answered first: it did not fail. */
  superseded: boolean;
  /** Set by the forwarder: what to cancel in order to give up this attempt alone. */
  running: Cancellable | undefined;
}

/** Something that waits on behalf of an exchange and must stop when the exchange is cancelled. */
export interface Cancellable {
  cancel(failure: Failed): void;
}

/** The body of the client's request, readable by one attempt after the other. */
export interface RequestBody {
  /** There is none: the source is null. */
  readonly empty: boolean;
  /** The announced length, where known. */
  readonly length: number | undefined;
  /** Time at which the last byte arrived from the client; undefined while it is still sending. */
  readonly receivedAt: number | undefined;
  /** True while another attempt could be given the same bytes from the start. */
  readonly replayable: boolean;
  /** All of it is in memory: several attempts may read it at the same time. */
  readonly shareable: boolean;
  /** The bytes are not the client's own but were written anew after a body parser had read them. */
  readonly reserialized: boolean;
  /** A body parser has read it, and it cannot be written anew: only a hook of the user's may be able to. */
  readonly missing?: boolean;
  /** A source for one attempt, from the first byte. Null when empty. */
  open(attempt: Attempt): Readable | Buffer | null;
  /** No further attempt will come: forget the copy. */
  commit(): void;
  /** The exchange is over: let go of the client's stream. */
  close(): void;
}

/** Node's own objects for a client's request. */
export interface Client {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

/** One client request on its way through the gateway. The inbound request itself is never edited. */
export interface Exchange {
  readonly request: ProxyRequest;
  readonly rawHeaders: RawHeaders;
  readonly body: RequestBody;
  readonly settings: RequestSettings;
  readonly startedAt: number;
  /** As configured, or less where a trusted peer asks for less. */
  deadlineMs: number;
  /** As received: `1.0`, `1.1` or `2.0`. */
  readonly httpVersion: string;
  /** The authority that the client asked for: the Host header, or that of an absolute-form target. */
  readonly authority: string | undefined;
  /** As the client asked for it, before a framework took off where we are mounted; where one keeps that. */
  readonly originalUrl: string | undefined;
  /** What the app says of the peer, where it was asked to trust some; heard under `headers.trust: 'app'`. */
  readonly appTrust: AppTrust | undefined;
  /** The protocols that the client wants to switch to, as `Upgrade` lists them; undefined: a plain request. */
  readonly upgrade: string | undefined;
  /** Where it goes, in place of a backend of the pool; undefined: to one of those. */
  readonly destination: Destination | undefined;
  /** What the framework handed over; undefined for requests of the gateway's own. For a user's hooks alone. */
  readonly client: Client | undefined;
  readonly attempts: Attempt[];
  /** The attempt under way, set by `select`; of two at a time the later one, and then the one that decided. */
  attempt: Attempt | undefined;
  /** What it has in common with requests that should go to the same backend; set by the balancer. */
  balanceKey: string | undefined;
  /** Set by `retry` when the backend of the last attempt may be tried once more. */
  sameBackendAllowed: boolean;
  /** A retryable response kept back until the next attempt has entered its gates. */
  held: Responded | undefined;
  /** The head of a response went to the client: nothing may be sent again. */
  responseStarted: boolean;
  /** Why nothing more was tried. */
  stopped: StopReason | undefined;
  /** Why the whole exchange was given up; whoever waits next must not begin. */
  readonly cancelled: Failed | undefined;
  /** Takes an interim response (1xx) to the client; undefined where that cannot be. Set by the adapter. */
  onInterim: ((status: number, headers: RawHeaders) => void) | undefined;
  /** Its place among the exchanges under way, kept by the gateway. */
  activeIndex: number;
  /** The one thing that waits on behalf of this exchange: a queue place, a pause, an attempt. */
  waiting: Cancellable | undefined;
  cancel(failure: Failed): void;
}

/** What the reader of a failed request may be told; the disclosure tier picks from it. */
export interface FailureReport {
  readonly cause: CauseCode;
  readonly group: CauseGroup;
  readonly title: string;
  readonly detail: string;
  readonly status: number;
  readonly requestId: string;
  /** Advice to the client: repeating this very request is safe (not processed, or idempotent). */
  readonly retryable: boolean;
  /** Attempts that went to a backend. */
  readonly attemptCount: number;
  readonly stopped: StopReason | undefined;
  readonly reached: Reached;
  readonly attempts: readonly AttemptReport[];
  /** Distinct last failures of the backends behind a `circuit_open` or `no_healthy_backend`. */
  readonly underlying: readonly CauseCode[];
  readonly backends: readonly BackendReport[];
  readonly remedy: string;
  readonly retryAfterSeconds: number | undefined;
  /** Extra RFC 9209 parameters, such as `rcode`. */
  readonly parameters: Readonly<Record<string, string | number>>;
}

/** One backend's state: `available` is in rotation, every other one is not, and why. */
export interface BackendReport {
  readonly backend: string;
  /** `open`, `half_open`: its breaker. `down`: its health checks. `draining`: by hand, or because it leaves. */
  readonly state: 'available' | 'open' | 'half_open' | 'saturated' | 'draining' | 'down';
  /** Wall-clock time, ISO 8601, since when it is in this state. */
  readonly since?: string;
  /** The last real failure seen there. */
  readonly cause?: CauseCode;
}

export interface AttemptReport {
  readonly backend: string;
  readonly phase: Phase;
  readonly ms: number;
  readonly cause?: CauseCode;
  readonly status?: number;
  readonly limit?: AppliedLimit;
  /** Sent beside the one before it, which was slow. */
  readonly hedge?: true;
}

/** Families of 502 causes that operators know, and two that must not be blamed on a backend. */
export type CauseGroup = 'overload' | 'network' | 'misconfiguration' | 'software' | 'gateway' | 'client';

/** Cause codes: stable API, never renamed, only added. Rows in `failure/causes.ts`. */
export type CauseCode =
  | 'dns_not_found'
  | 'dns_failed'
  | 'dns_timeout'
  | 'connection_refused'
  | 'connection_timeout'
  | 'host_unreachable'
  | 'connection_reset'
  | 'destination_prohibited'
  | 'tls_certificate_expired'
  | 'tls_certificate_untrusted'
  | 'tls_name_mismatch'
  | 'tls_on_plaintext_port'
  | 'plaintext_on_tls_port'
  | 'tls_handshake_failed'
  | 'tls_client_certificate_required'
  | 'tls_handshake_timeout'
  | 'stale_connection'
  | 'closed_before_response'
  | 'request_write_failed'
  | 'request_write_timeout'
  | 'first_byte_timeout'
  | 'body_idle_timeout'
  | 'deadline_exceeded'
  | 'response_not_http'
  | 'http_version_mismatch'
  | 'response_header_invalid'
  | 'response_headers_too_large'
  | 'response_framing_ambiguous'
  | 'response_truncated'
  | 'response_coding_error'
  | 'upgrade_failed'
  | 'backend_status'
  | 'stream_refused'
  | 'stream_reset'
  | 'circuit_open'
  | 'no_healthy_backend'
  | 'pool_saturated'
  | 'local_resources'
  | 'no_backend_configured'
  | 'loop_detected'
  | 'configuration_error'
  | 'request_body_consumed'
  | 'gateway_error'
  | 'request_rejected'
  | 'request_body_timeout'
  | 'client_aborted';
