import type { Disclosure } from '../../engine/settings.ts';
import type { FailureReport } from '../../engine/types.ts';

/** RFC 9457 problem details, as much of them as the reader may know. */
export function problemBody(report: FailureReport, tier: Disclosure): string {
  return `${JSON.stringify(members(report, tier))}\n`;
}

function members(report: FailureReport, tier: Disclosure): object {
  if (tier === 'hidden') return { status: report.status, cause: report.cause, requestId: report.requestId };
  return tier === 'trusted' ? { ...publicMembers(report), ...trustedMembers(report) } : publicMembers(report);
}

function publicMembers(report: FailureReport): object {
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

function trustedMembers(report: FailureReport): object {
  return {
    ...(report.stopped && { stopped: report.stopped }),
    reached: report.reached,
    attempts: report.attempts,
    ...(report.backends.length > 0 && { backends: report.backends }),
    remedy: report.remedy,
  };
}
