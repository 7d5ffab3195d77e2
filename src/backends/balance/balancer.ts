import type { Exchange } from '../../engine/types.ts';
import type { Backend } from '../backend.ts';

/**
 * Chooses among the backends of one tier that are in rotation. It is told who comes and goes, so that a choice costs
 * the same among 10 or 10,000.
 */
export interface Balancer {
  /** How many are in rotation. */
  readonly size: number;
  /** In rotation from now on. */
  add(backend: Backend): void;
  /** Out of rotation; it may come back. */
  delete(backend: Backend): void;
  /** It left the pool. */
  forget(backend: Backend): void;
  /** One that is in rotation, and that this exchange has not tried. */
  pick(exchange: Exchange, now: number): Backend | undefined;
}

export function wasTried(exchange: Exchange, backend: Backend): boolean {
  const { attempts } = exchange;
  return attempts.length > 0 && attempts.some((attempt) => attempt.target === backend.target);
}
