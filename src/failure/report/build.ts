import { runHook } from '../../engine/hooks.ts';
import { isIdempotent } from '../../engine/methods.ts';
import type { ErrorSettings } from '../../engine/settings.ts';
import type {
  Attempt,
  AttemptReport,
  CauseCode,
  Exchange,
  Failed,
  FailureReport,
  Reached,
} from '../../engine/types.ts';
import { type CauseRow, causes } from '../causes.ts';
import { describeBackends } from './backends.ts';

/** Everything there is to tell of a failed exchange; what is shown of it depends on the disclosure tier. */
export function buildReport(exchange: Exchange, failure: Failed, errors: ErrorSettings): FailureReport {
  const row = causes[failure.cause];
  // What the client did wrong may be told to anybody; what a backend did is for trusted readers.
  const ofClient = row.group === 'client';
  const reached = worstReached(exchange.attempts, failure);
  const attemptCount = exchange.attempts.length;
  const underlying = [...new Set((failure.backends ?? []).flatMap(({ cause }) => cause ?? []))];
  const draft: FailureReport = {
    cause: failure.cause,
    group: row.group,
    title: row.title,
    detail: (ofClient && failure.detail) || describe(row.title, attemptCount, underlying),
    status: failure.status ?? (ofClient ? row.status : 502),
    requestId: exchange.request.id,
    retryable: !ofClient && isSafeToRepeat(exchange, failure.cause, reached),
    attemptCount,
    stopped: exchange.stopped,
    reached,
    attempts: exchange.attempts.map(describeAttempt),
    underlying,
    backends: failure.backends ?? [],
    remedy: remedyOf(failure, row),
    retryAfterSeconds:
      failure.retryAfterMs === undefined ? undefined : Math.max(Math.ceil(failure.retryAfterMs / 1_000), 1),
    parameters: { ...row.parameters, ...failure.parameters },
  };
  return { ...draft, status: statusOf(errors, exchange, draft) };
}

/** What this case knows comes first, then what the table says of its cause. */
function remedyOf({ detail, backends = [] }: Failed, { group, remedy }: CauseRow): string {
  // To a client at fault the detail itself is told.
  const special = group === 'client' ? undefined : detail;
  return [special, remedy, describeBackends(backends)].filter(Boolean).join(' ');
}

/** 502 for what the gateway could not do, 4xx for what the client did wrong; operators may map the former. */
function statusOf({ status }: ErrorSettings, { request }: Exchange, report: FailureReport): number {
  if (report.group === 'client') return report.status;
  if (status === 'by-cause') return causes[report.cause].status;
  if (typeof status !== 'function') return status;
  const chosen: unknown = runHook('errors.status', () => status(report, request));
  return Number.isInteger(chosen) && Number(chosen) >= 400 && Number(chosen) <= 599 ? Number(chosen) : 502;
}

/** Public: no name, address or byte of a backend may appear in it. */
function describe(title: string, attemptCount: number, underlying: readonly CauseCode[]): string {
  const tries =
    attemptCount === 0 ? '' : ` (after ${attemptCount} ${attemptCount === 1 ? 'attempt' : 'attempts'})`;
  const because = underlying.length === 0 ? '' : ` Underlying cause: ${underlying.join(', ')}.`;
  return `${title}${tries}.${because}`;
}

const ORDER: readonly Reached[] = ['no', 'maybe', 'yes'];

/** Over all attempts: one that may have been processed is enough. */
function worstReached(attempts: readonly Attempt[], failure: Failed): Reached {
  const known = attempts.map(
    (attempt) => attempt.reached ?? (attempt.answeredAt === undefined ? 'no' : 'yes'),
  );
  if (attempts.length === 0 || attempts.at(-1)?.cause === undefined) known.push(failure.reached);
  return known.reduce(
    (worst, one) => (ORDER.indexOf(one) > ORDER.indexOf(worst) ? one : worst),
    'no' as Reached,
  );
}

function isSafeToRepeat({ request, settings }: Exchange, cause: CauseCode, reached: Reached): boolean {
  if (reached === 'no' || isIdempotent(request.method)) return true;
  const when = settings.retry === false ? undefined : settings.retry.when;
  try {
    return when !== undefined && runHook('retry.when', () => when(request, cause)) === true;
  } catch {
    // Reported where it decides something: by the retry layer.
    return false;
  }
}

function describeAttempt(attempt: Attempt): AttemptReport {
  const { status, cause } = attempt;
  return {
    backend: attempt.target.name,
    phase: attempt.phase,
    ms: Math.round(((attempt.endedAt ?? attempt.startedAt) - attempt.startedAt) * 10) / 10,
    ...(cause && { cause }),
    ...(status !== undefined && { status }),
    ...(attempt.limit && { limit: attempt.limit }),
    ...(attempt.hedge && { hedge: true }),
  };
}
