import { runHook } from '../../engine/hooks.ts';
import type { Disclosure, ErrorSettings } from '../../engine/settings.ts';
import type { Exchange, Failed, FailureReport } from '../../engine/types.ts';
import { buildReport } from './build.ts';
import { type Content, contentOf } from './content.ts';
import { proxyStatusOfFailure } from './proxy-status.ts';

/** What the gateway answers in place of a backend. */
export interface Answer {
  readonly status: number;
  /** Those that say what went wrong, whatever form the body has. In the order in which they are sent. */
  readonly headers: ReadonlyMap<string, string>;
  readonly content: Content;
  readonly report: FailureReport;
  readonly tier: Disclosure;
}

/**
 * The structured 502 (or 4xx): headers and body from one report, so that they cannot disagree.
 * @throws HookError when a function in `errors` throws.
 */
export function answerFailure(
  exchange: Exchange,
  failure: Failed,
  gatewayName: string,
  errors: ErrorSettings,
): Answer {
  const report = buildReport(exchange, failure, errors);
  const tier = tierOf(errors, exchange);
  return {
    status: report.status,
    headers: causeHeaders(report, tier, gatewayName),
    content: contentOf(report, tier, exchange.request, errors),
    report,
    tier,
  };
}

function causeHeaders(report: FailureReport, tier: Disclosure, gatewayName: string): Map<string, string> {
  const headers = new Map([
    ['Cache-Control', 'no-store'],
    ['Proxy-Status', proxyStatusOfFailure(gatewayName, report, tier)],
    ['Proxy-Cause', report.cause],
    ['X-Request-Id', report.requestId],
  ]);
  if (tier !== 'hidden') headers.set('Proxy-Attempts', String(report.attemptCount));
  if (report.retryAfterSeconds !== undefined) headers.set('Retry-After', String(report.retryAfterSeconds));
  if (tier === 'trusted' && report.attempts.length > 0) headers.set('Server-Timing', serverTiming(report));
  return headers;
}

/** Browsers show it in their network panel. Names are ours: a backend's name could break the syntax. */
function serverTiming({ attempts }: FailureReport): string {
  return attempts
    .map(({ ms, cause, status }, index) => `attempt-${index + 1};dur=${ms};desc="${cause ?? status ?? ''}"`)
    .join(', ');
}

function tierOf({ disclose }: ErrorSettings, { request }: Exchange): Disclosure {
  if (typeof disclose !== 'function') return disclose;
  const tier = runHook('errors.disclose', () => disclose(request));
  return tier === 'trusted' || tier === 'public' ? tier : 'hidden';
}
