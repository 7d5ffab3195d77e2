import type { Attempt, Failed } from '../engine/types.ts';
import { classify } from '../failure/classify.ts';
import { ConnectError } from './connect-error.ts';
import type { IdleAge } from './idle-age.ts';
import type { SocketFailure } from './lane.ts';

/** The connection that an attempt was on, as a lane knows it. */
export interface UsedConnection {
  readonly socket: { readonly bytesRead: number } | undefined;
  readonly failure: SocketFailure | undefined;
  readonly idleMs: number;
  /** What came first of a response head that was refused, where that is kept. */
  readonly refusedHead?: string | undefined;
}

/** What is known of an attempt when its failure is reported. */
export interface Circumstances {
  readonly attempt: Attempt;
  readonly lane: UsedConnection | undefined;
  /** The connection had served another request, and had been idle since. */
  readonly isReused: boolean;
  /** What the connection had read when this request began. */
  readonly bytesBefore: number;
  readonly idleAge: IdleAge;
  readonly now: number;
}

/** Gathers the facts of a failed attempt and has them named. */
export function nameFailure(error: Error, circumstances: Circumstances): Failed {
  if (error instanceof ConnectError) {
    const { phase, cause, timedOut } = error;
    return classify({ phase, error: cause, timedOut, reused: false, bytesRead: 0 });
  }
  const { attempt, lane, isReused, bytesBefore, idleAge, now } = circumstances;
  const failure = classify({
    phase: attempt.phase,
    error: isMerelyClosed(error) ? (lane?.failure?.error ?? error) : error,
    timedOut: false,
    reused: isReused,
    bytesRead: (lane?.socket?.bytesRead ?? 0) - bytesBefore,
    bytesUnsent: lane?.failure?.bytesUnsent ?? 0,
    head: lane?.refusedHead,
    elapsedMs: now - (attempt.sentAt ?? attempt.startedAt),
    ...(isReused && lane && { idleMs: lane.idleMs, closesIdleAfterMs: idleAge.closesAfterMs(now) }),
  });
  if (failure.cause === 'stale_connection' && lane) idleAge.observe(lane.idleMs, now);
  return failure;
}

/** undici's and Node's words for a connection that ended; what the socket itself said before that is more telling. */
const MERELY_CLOSED: ReadonlySet<string> = new Set([
  'other side closed',
  'closed',
  'socket hang up',
  'aborted',
]);

function isMerelyClosed({ message }: Error): boolean {
  return MERELY_CLOSED.has(message);
}
