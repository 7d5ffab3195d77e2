import { BackendAttempt } from '../engine/attempt.ts';
import { EMPTY_BODY } from '../engine/body.ts';
import { ClientExchange } from '../engine/exchange.ts';
import type { Clock } from '../engine/clock.ts';
import { requestId } from '../engine/request-id.ts';
import { NO_REWRITES } from '../engine/rewrite/none.ts';
import type { HealthSettings, RequestSettings } from '../engine/settings.ts';
import type { Attempt, Exchange, Target } from '../engine/types.ts';

/** A request of the gateway's own, in the shape of those that it forwards. */
export interface HealthExchange {
  readonly exchange: Exchange;
  readonly attempt: Attempt;
}

export function healthExchange(
  target: Target,
  health: HealthSettings,
  { clock, name }: { readonly clock: Clock; readonly name: string },
): HealthExchange {
  const now = clock.now();
  const { host, ...headers }: Record<string, string> = {
    'user-agent': `${name} (health check)`,
    ...lowerCased(health.headers),
  };
  const exchange = new ClientExchange(
    {
      request: {
        id: requestId(undefined),
        method: health.method,
        path: health.path ?? '/',
        headers,
        remoteAddress: undefined,
        encrypted: target.protocol === 'https:',
      },
      rawHeaders: Object.entries(headers).flat(),
      httpVersion: '1.1',
      authority: host ?? target.host,
      settings: settingsFor(health.timeoutMs),
      startedAt: now,
    },
    EMPTY_BODY,
  );
  const attempt = new BackendAttempt(1, target, now);
  exchange.attempt = attempt;
  exchange.attempts.push(attempt);
  return { exchange, attempt };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** One try, on one clock: the check's own limit covers everything. */
function settingsFor(limitMs: number): RequestSettings {
  return {
    retry: false,
    timeouts: {
      connectMs: limitMs,
      firstByteMs: limitMs,
      learned: false,
      key: undefined,
      idleMs: limitMs,
      writeMs: limitMs,
      requestBodyMs: limitMs,
      deadlineMs: limitMs,
      deadlineHeader: false,
      upgradeIdleMs: limitMs,
    },
    headers: { trust: false, forwarded: false, host: 'preserve' },
    errors: { status: 502, disclose: 'public', render: undefined, deliver: 'respond' },
    upgrade: { path: undefined, strip: false },
    rewrite: NO_REWRITES,
  };
}
