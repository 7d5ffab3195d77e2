import type { Disclosure } from '../../engine/settings.ts';
import type { FailureReport } from '../../engine/types.ts';

type Always = 'status' | 'cause' | 'requestId';
type Public = 'title' | 'detail' | 'group' | 'retryable' | 'attemptCount' | 'underlying';
type Trusted = 'stopped' | 'reached' | 'attempts' | 'backends' | 'remedy';

/** RFC 9457 problem details, as much of them as the reader may know: what JSON and HTML are made from. */
export type ProblemDetails = Pick<FailureReport, Always> &
  Partial<Pick<FailureReport, Public | Trusted>> & { readonly type?: string; readonly instance?: string };

export function problemDetails(report: FailureReport, tier: Disclosure): ProblemDetails {
  if (tier === 'hidden') return { status: report.status, cause: report.cause, requestId: report.requestId };
  return tier === 'trusted' ? { ...publicMembers(report), ...trustedMembers(report) } : publicMembers(report);
}

/** One line of ASCII, so that no terminal or viewer takes part of a name for a command to itself. */
export function problemJson(details: ProblemDetails): string {
  const json = JSON.stringify(details).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${json}\n`;
}

function publicMembers(report: FailureReport): ProblemDetails {
  return {
    type: `urn:causeway:cause:${report.cause}`,
    title: report.title,
    status: report.status,
    detail: report.detail,
    instance: `urn:causeway:request:${report.requestId}`,
    cause: report.cause,
    group: report.group,
    requestId: report.requestId,
    retryable: report.retryable,
    attemptCount: report.attemptCount,
    ...(report.underlying.length > 0 && { underlying: report.underlying }),
  };
}

function trustedMembers(report: FailureReport): Partial<Pick<FailureReport, Trusted>> {
  return {
    ...(report.stopped && { stopped: report.stopped }),
    reached: report.reached,
    attempts: report.attempts,
    ...(report.backends.length > 0 && { backends: report.backends }),
    remedy: report.remedy,
  };
}
