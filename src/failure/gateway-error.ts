import type { CauseCode, FailureReport } from '../engine/types.ts';

export interface GatewayErrorDetails {
  readonly report: FailureReport;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly expose: boolean;
  readonly cause: unknown;
}

/**
 * A failed request, for apps with error pages of their own (`errors.deliver: 'next'`): handed to Express's
 * `next(err)`, or thrown in Koa.
 */
export class GatewayError extends Error {
  /** The cause code, such as `connection_refused`. */
  readonly code: CauseCode;
  readonly status: number;
  /** The same as `status`: Express's own error handler reads either. */
  readonly statusCode: number;
  /** Ours, and those that the app had set before: Koa drops them otherwise. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Koa shows the message to the client: it says no more than the public report. */
  readonly expose: boolean;
  readonly report: FailureReport;

  constructor({ report, status, headers, expose, cause }: GatewayErrorDetails) {
    super(report.detail, { cause });
    this.name = 'GatewayError';
    // Express's default handler shows it to clients. What went wrong went wrong elsewhere: see `cause`.
    this.stack = `GatewayError: ${report.detail}`;
    this.code = report.cause;
    this.status = status;
    this.statusCode = status;
    this.headers = headers;
    this.expose = expose;
    this.report = report;
  }
}
