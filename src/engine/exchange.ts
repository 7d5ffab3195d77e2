import type { Destination, RequestSettings } from './settings.ts';
import type {
  AppTrust,
  Attempt,
  Cancellable,
  Client,
  Exchange,
  Failed,
  ProxyRequest,
  RawHeaders,
  RequestBody,
  Responded,
  StopReason,
} from './types.ts';

/** What an adapter knows of a request before it starts. */
export interface ExchangeStart {
  readonly request: ProxyRequest;
  readonly rawHeaders: RawHeaders;
  readonly httpVersion: string;
  readonly authority: string | undefined;
  readonly originalUrl?: string | undefined;
  readonly appTrust?: AppTrust | undefined;
  readonly upgrade?: string | undefined;
  readonly client?: Client | undefined;
  readonly destination?: Destination | undefined;
  readonly settings: RequestSettings;
  readonly startedAt: number;
}

export class ClientExchange implements Exchange {
  readonly request: ProxyRequest;
  readonly rawHeaders: RawHeaders;
  readonly httpVersion: string;
  readonly authority: string | undefined;
  readonly originalUrl: string | undefined;
  readonly appTrust: AppTrust | undefined;
  readonly upgrade: string | undefined;
  readonly client: Client | undefined;
  readonly destination: Destination | undefined;
  readonly settings: RequestSettings;
  readonly startedAt: number;
  deadlineMs: number;
  /** Set once, before the exchange starts: the body needs the exchange to cancel it. */
  body: RequestBody;
  readonly attempts: Attempt[] = [];
  attempt: Attempt | undefined = undefined;
  balanceKey: string | undefined = undefined;
  sameBackendAllowed = false;
  held: Responded | undefined = undefined;
  responseStarted = false;
  stopped: StopReason | undefined = undefined;
  cancelled: Failed | undefined = undefined;
  onInterim: Exchange['onInterim'] = undefined;
  activeIndex = -1;
  waiting: Cancellable | undefined = undefined;

  constructor(start: ExchangeStart, body: RequestBody) {
    this.request = start.request;
    this.rawHeaders = start.rawHeaders;
    this.httpVersion = start.httpVersion;
    this.authority = start.authority;
    this.originalUrl = start.originalUrl;
    this.appTrust = start.appTrust;
    this.upgrade = start.upgrade;
    this.client = start.client;
    this.destination = start.destination;
    this.settings = start.settings;
    this.startedAt = start.startedAt;
    this.deadlineMs = start.settings.timeouts.deadlineMs;
    this.body = body;
  }

  /** Gives up, whatever is under way. The first reason stands. */
  cancel(failure: Failed): void {
    if (this.cancelled) return;
    this.cancelled = failure;
    this.waiting?.cancel(failure);
  }
}
