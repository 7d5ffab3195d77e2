import { BackendAttempt } from '../../src/engine/attempt.ts';
import { EMPTY_BODY } from '../../src/engine/body.ts';
import { ClientExchange } from '../../src/engine/exchange.ts';
import type {
  ErrorSettings,
  HeaderSettings,
  RequestSettings,
  RetrySettings,
  TimeoutSettings,
  UpgradeSettings,
} from '../../src/engine/settings.ts';
import type { Attempt, ProxyRequest, RequestBody, Target } from '../../src/engine/types.ts';
import { NO_REWRITES } from '../../src/engine/rewrite/none.ts';
import { settleRewrite } from '../../src/options/rewrite.ts';
import { DEFAULTS, type RewriteOptions } from '../../src/options.ts';

export interface FakeSettings {
  readonly retry?: Partial<RetrySettings> | false;
  readonly timeouts?: Partial<TimeoutSettings>;
  readonly headers?: Partial<HeaderSettings>;
  readonly errors?: Partial<ErrorSettings>;
  readonly upgrade?: Partial<UpgradeSettings>;
  readonly rewrite?: RewriteOptions;
}

export const PLAIN_ERRORS: ErrorSettings = {
  status: 502,
  disclose: 'public',
  render: undefined,
  deliver: 'respond',
};

/** The defaults, with what a test wants otherwise. */
export function fakeSettings(given: FakeSettings = {}): RequestSettings {
  return {
    retry: given.retry === false ? false : { ...DEFAULTS.retry, ...given.retry },
    timeouts: { ...DEFAULTS.timeouts, ...given.timeouts },
    headers: { ...DEFAULTS.headers, ...given.headers },
    errors: { ...PLAIN_ERRORS, ...given.errors },
    upgrade: { ...DEFAULTS.upgrade, ...given.upgrade },
    rewrite: settleRewrite(given.rewrite, NO_REWRITES),
  };
}

export interface FakeExchange {
  readonly id?: string;
  readonly method?: string;
  readonly path?: string;
  /** Flat names and values. */
  readonly rawHeaders?: readonly string[];
  readonly authority?: string | undefined;
  readonly upgrade?: string;
  readonly originalUrl?: string;
  readonly httpVersion?: string;
  readonly remoteAddress?: string | undefined;
  readonly encrypted?: boolean;
  readonly startedAt?: number;
  readonly body?: RequestBody;
  readonly settings?: FakeSettings;
}

export function fakeRequest(given: FakeExchange = {}): ProxyRequest {
  return {
    id: given.id ?? 'request-1',
    method: given.method ?? 'GET',
    path: given.path ?? '/',
    headers: joined(given.rawHeaders ?? []),
    remoteAddress: 'remoteAddress' in given ? given.remoteAddress : '192.0.2.7',
    encrypted: given.encrypted ?? false,
  };
}

export function fakeExchange(given: FakeExchange = {}): ClientExchange {
  return new ClientExchange(
    {
      request: fakeRequest(given),
      rawHeaders: given.rawHeaders ?? [],
      httpVersion: given.httpVersion ?? '1.1',
      authority: 'authority' in given ? given.authority : 'shop.example',
      upgrade: given.upgrade,
      originalUrl: given.originalUrl,
      settings: fakeSettings(given.settings),
      startedAt: given.startedAt ?? 1_000,
    },
    given.body ?? EMPTY_BODY,
  );
}

/** A body that is still arriving, or that can not be sent again. */
export function fakeBody(given: Partial<RequestBody> = {}): RequestBody {
  return {
    empty: false,
    length: undefined,
    receivedAt: 0,
    replayable: true,
    shareable: true,
    reserialized: false,
    open: () => Buffer.from(''),
    commit: () => undefined,
    close: () => undefined,
    ...given,
  };
}

export function fakeTarget(name = 'a', given: Partial<Target> = {}): Target {
  return {
    name,
    origin: `http://${name}.internal:3000`,
    protocol: 'http:',
    hostname: `${name}.internal`,
    port: 3_000,
    host: `${name}.internal:3000`,
    prefix: '',
    alpn: ['http/1.1'],
    ...given,
  };
}

/** An attempt on record, as `select` would begin it. */
export function addAttempt(exchange: ClientExchange, given: Partial<Attempt> = {}): BackendAttempt {
  const target = given.target ?? fakeTarget();
  const attempt = new BackendAttempt(exchange.attempts.length + 1, target, given.startedAt ?? 1_000);
  Object.assign(attempt, given);
  exchange.attempts.push(attempt);
  exchange.attempt = attempt;
  return attempt;
}

/** As node:http does: lines of one name joined, except for Host. */
function joined(rawHeaders: readonly string[]): ProxyRequest['headers'] {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = String(rawHeaders[i]).toLowerCase();
    const before = headers[name];
    const value = String(rawHeaders[i + 1]);
    if (before === undefined) headers[name] = value;
    else if (name !== 'host') headers[name] = `${before}, ${value}`;
  }
  return headers;
}
