import type { Attempt, Failed } from '../engine/types.ts';
import type { Backend } from './backend.ts';

/** Too many requests, or unavailable: a backend that has more than it can do. */
export function isPushback(status: number): boolean {
  return status === 429 || status === 503;
}

/** An answer came. */
export function measureAnswer(backend: Backend, status: number, latencyMs: number, now: number): void {
  const { adaptive, admission, load } = backend;
  admission?.answered(isPushback(status), now);
  if (!adaptive) return;
  const hasChanged = isPushback(status)
    ? adaptive.dropped(load, now)
    : adaptive.answered(latencyMs, load, now);
  if (hasChanged) backend.adapt(now);
}

/** None came. */
export function measureFailure(
  backend: Backend,
  { sentAt }: Attempt,
  { verdict }: Failed,
  now: number,
): void {
  const { adaptive, load } = backend;
  if (!adaptive) return;
  const isWait =
    sentAt !== undefined && (verdict.kind !== 'failure' || verdict.cause === 'first_byte_timeout');
  if (!isWait && verdict.kind !== 'failure') return;
  const hasChanged = isWait ? adaptive.gaveUp(now - sentAt, load, now) : adaptive.dropped(load, now);
  if (hasChanged) backend.adapt(now);
}
