import type { Attempt, Failed } from '../engine/types.ts';
import type { Backend } from './backend.ts';

/** Too many requests, or unavailable: a backend that has more than it can do. */
export function isPushback(status: number): boolean {
  return status === 429 || status === 503;
}

/** An answer came. */
export function measureAnswer(backend: Backend, status: number, latencyMs: number, now: number): void {
  const { adaptive, admission, pending } = backend;
  admission?.answered(isPushback(status), now);
  if (!adaptive) return;
  const hasChanged = isPushback(status)
    ? adaptive.dropped(pending, now)
    : adaptive.answered(latencyMs, pending, now);
  if (hasChanged) backend.adapt(now);
}

/** None came. */
export function measureFailure(
  backend: Backend,
  { sentAt }: Attempt,
  { verdict }: Failed,
  now: number,
): void {
  const { adaptive, pending } = backend;
  if (!adaptive) return;
  const isWait =
    sentAt !== undefined && (verdict.kind !== 'failure' || verdict.cause === 'first_byte_timeout');
  if (!isWait && verdict.kind !== 'failure') return;
  const hasChanged = isWait ? adaptive.gaveUp(now - sentAt, pending, now) : adaptive.dropped(pending, now);
  if (hasChanged) backend.adapt(now);
}
