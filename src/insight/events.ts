import type {
  AppliedLimit,
  BackendReport,
  CauseCode,
  CauseGroup,
  Phase,
  Reached,
  StopReason,
} from '../engine/types.ts';
import type { Logger } from './logger.ts';

/** One per exchange, when it is over. */
export interface ExchangeEvent {
  readonly requestId: string;
  readonly method: string;
  /** Path and query, as the client chose them: escape before showing. */
  readonly path: string;
  readonly outcome: 'responded' | 'upgraded' | 'failed';
  /** Status that the backend gave; undefined when the gateway itself answered. */
  readonly status: number | undefined;
  readonly cause: CauseCode | undefined;
  readonly group: CauseGroup | undefined;
  readonly stopped: StopReason | undefined;
  readonly attemptCount: number;
  /** Bytes of response body relayed; of an upgraded connection, bytes both ways. */
  readonly bytes: number;
  readonly ms: number;
}

/** One per attempt that entered a backend's gates, when it is over. */
export interface AttemptEvent {
  readonly requestId: string;
  readonly number: number;
  readonly backend: string;
  readonly phase: Phase;
  readonly status: number | undefined;
  readonly cause: CauseCode | undefined;
  readonly reached: Reached | undefined;
  readonly limit: AppliedLimit | undefined;
  /** Sent beside an earlier one that was slow. */
  readonly hedge: boolean;
  /** Given up because the other one of the two answered first: it has no cause, since it did not fail. */
  readonly superseded: boolean;
  readonly ms: number;
}

/** It was decided whether a request is sent once more: after an attempt that failed, or beside one that is slow. */
export interface RetryEvent {
  readonly requestId: string;
  readonly kind: 'retry' | 'hedge';
  readonly decision: 'sent' | 'refused';
  /** Why it was refused. */
  readonly reason: StopReason | undefined;
  /** The attempt that failed or is slow; undefined when none went out. */
  readonly number: number | undefined;
  readonly backend: string | undefined;
  readonly cause: CauseCode | undefined;
  /** Pause before it is sent; for a hedge, how long the first attempt was waited for. */
  readonly waitMs: number;
  /** The budget paid for it. */
  readonly paid: boolean;
}

/** An attempt took longer than the recent answers of its route, or connection, usually take. */
export interface LimitEvent {
  readonly requestId: string;
  /**
   * `cut`: given up, since it can go elsewhere. `observed`: it would have been (`timeouts.learned: 'observe'`).
   * `widened`: cuts on several backends became too many while the pool otherwise answers, so that the configured
   * limit rules until a new one is learned.
   */
  readonly action: 'cut' | 'observed' | 'widened';
  /** What it waits for: the connection, or the response head. */
  readonly phase: 'connect' | 'first_byte';
  /** Method and shape of the path, or what `timeouts.key` returned: chosen by clients, so escape it. */
  readonly route: string;
  readonly backend: string;
  /** The attempt. */
  readonly number: number;
  readonly limitMs: number;
  readonly source: AppliedLimit['source'];
  /** Of recent answers. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly samples: number | undefined;
  /** What rules otherwise. */
  readonly configuredMs: number;
}

/** A backend's breaker changed state. */
export interface BreakerEvent {
  readonly backend: string;
  readonly state: 'closed' | 'open' | 'half_open';
  /** The failure that opened it last. */
  readonly cause: CauseCode | undefined;
  /** How long it stays open before a request may probe. */
  readonly openMs: number;
}

/** A source of backends came to say something else than before. */
export interface DiscoveryEvent {
  /** Such as `dns:api.internal`, by the name of its entry in `backends`, or `backends[1]`, by its place. */
  readonly source: string;
  /** `kept`: no good answer, so the last backends stay. */
  readonly state: 'found' | 'empty' | 'kept';
  /** How many backends it has now. */
  readonly backends: number;
  /** Why there was no good answer, where name servers were asked. */
  readonly cause: CauseCode | undefined;
}

/** Something happened to a backend: whatever moves it in or out of rotation. */
export interface BackendEvent {
  readonly backend: string;
  /**
   * `joined` and `left` the pool; `draining`, and `restored` after that; `up` and `down` as health checks found;
   * `open`, `half_open` and `closed` as its breaker decided.
   */
  readonly change: BackendChange;
  /**
   * What it is due to: `by_hand` (`gateway.backends`), `discovery`, `health_check`; `by_request` for one that was
   * named in a request, or has not been for long; or
   * what the breaker saw: `consecutive_failures`, `failure_rate`, `slow_rate`, `probe_failed`, `probe_slow`,
   * `open_time_over`, `reachable` (a connection made in the background), `probes_succeeded`.
   */
  readonly reason: BackendChangeReason;
  /** Where it stands now: `available` is in rotation, every other state is out of it. */
  readonly state: BackendReport['state'];
  /** The failure behind it, where there is one. */
  readonly cause: CauseCode | undefined;
}

export type BackendChange =
  'joined' | 'left' | 'draining' | 'restored' | 'up' | 'down' | 'open' | 'half_open' | 'closed';

export type BackendChangeReason =
  | 'by_hand'
  | 'by_request'
  | 'discovery'
  | 'health_check'
  | 'consecutive_failures'
  | 'failure_rate'
  | 'slow_rate'
  | 'probe_failed'
  | 'probe_slow'
  | 'open_time_over'
  | 'reachable'
  | 'probes_succeeded';

export interface GatewayEvents {
  readonly exchange: ExchangeEvent;
  readonly attempt: AttemptEvent;
  readonly retry: RetryEvent;
  readonly limit: LimitEvent;
  readonly breaker: BreakerEvent;
  readonly backend: BackendEvent;
  readonly discovery: DiscoveryEvent;
}

export type EventName = keyof GatewayEvents;
export type Listener<Name extends EventName> = (event: GatewayEvents[Name]) => void;

/** Events report, they never drive: a listener that throws is logged and changes nothing. */
export class Events {
  readonly #listeners: { [Name in EventName]: Set<Listener<Name>> } = {
    exchange: new Set(),
    attempt: new Set(),
    retry: new Set(),
    limit: new Set(),
    breaker: new Set(),
    backend: new Set(),
    discovery: new Set(),
  };
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Returns what takes the listener off again. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    this.#listeners[name].add(listener);
    return () => void this.#listeners[name].delete(listener);
  }

  /** With nobody listening, events are not even built. */
  hasListeners(name: EventName): boolean {
    return this.#listeners[name].size > 0;
  }

  #complain(name: EventName, error: unknown): void {
    this.#logger.error({ err: error, event: name }, 'an event listener threw');
  }

  emit<Name extends EventName>(name: Name, event: GatewayEvents[Name]): void {
    for (const listener of this.#listeners[name]) {
      try {
        const result: unknown = listener(event);
        if (result instanceof Promise) result.catch((error: unknown) => this.#complain(name, error));
      } catch (error) {
        this.#complain(name, error);
      }
    }
  }
}
