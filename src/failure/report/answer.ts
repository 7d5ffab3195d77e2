import { runHook } from '../../engine/hooks.ts';
import type { Disclosure, ErrorSettings, RenderedBody } from '../../engine/settings.ts';
import type { Exchange, Failed, FailureReport } from '../../engine/types.ts';
import { buildReport } from './build.ts';
import { problemBody } from './problem.ts';
import { proxyStatusOfFailure } from './proxy-status.ts';

/** What the gateway answers in place of a backend. */
export interface Answer {
  readonly status: number;
  /** In the order in which they are sent. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
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
  const { contentType, body } = rendered(errors, exchange, report) ?? {
    contentType: 'application/problem+json',
    body: problemBody(report, tier),
  };
  const headers = causeHeaders(report, tier, gatewayName);
  headers.set('Content-Type', contentType);
  return { status: report.status, headers, body, report, tier };
}

function causeHeaders(report: FailureReport, tier: Disclosure, gatewayName: string): Map<string, string> {
  const nextHop = tier === 'trusted' ? report.attempts.at(-1)?.backend : undefined;
  const headers = new Map([
    ['Cache-Control', 'no-store'],
    ['Proxy-Status', proxyStatusOfFailure(gatewayName, report, nextHop)],
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

function rendered(
  { render }: ErrorSettings,
  { request }: Exchange,
  report: FailureReport,
): RenderedBody | undefined {
  if (!render) return undefined;
  const body: unknown = runHook('errors.render', () => render(report, request));
  return runHook('errors.render', () => checkRendered(body));
}

/** It becomes a header and a body: anything else would break the answer. */
function checkRendered(rendered: unknown): RenderedBody | undefined {
  if (rendered === undefined) return undefined;
  const { contentType, body } = (rendered ?? {}) as Partial<Record<keyof RenderedBody, unknown>>;
  if (
    typeof contentType === 'string' &&
    /^[\x21-\x7e][\x20-\x7e]*$/.test(contentType) &&
    typeof body === 'string'
  ) {
    return { contentType, body };
  }
  throw new TypeError('it must return { contentType, body }, two strings, or undefined');
}
