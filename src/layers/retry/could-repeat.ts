import { deadlineAt } from '../../engine/deadline-at.ts';
import type { Exchange } from '../../engine/types.ts';
import type { RetryBudget } from './budget.ts';
import { FREE_MOVES } from './plan.ts';
import { refusalToRepeat } from './refusal.ts';
import type { Elsewhere } from './retry.ts';

/**
 * Would the retry layer send this exchange to another backend if its attempt were cut now, with `neededMs` of its
 * deadline left for it? Takes nothing out.
 */
export function couldRepeat(
  exchange: Exchange,
  where: ReturnType<Elsewhere>,
  budget: RetryBudget,
  now: number,
  neededMs = 0,
): boolean {
  const { retry } = exchange.settings;
  if (where !== 'other' || retry === false || exchange.attempts.length > retry.retries) return false;
  if (now + neededMs >= deadlineAt(exchange)) return false;
  return refusalToRepeat(exchange, 'first_byte_timeout', 'maybe') === undefined && budget.allows(now);
}

/** Would it send this exchange, of which nothing has gone out, to another backend? Such moves are free, to a point. */
export function couldMove(exchange: Exchange, where: ReturnType<Elsewhere>): boolean {
  if (where !== 'other' || exchange.attempts.length > FREE_MOVES) return false;
  return refusalToRepeat(exchange, 'connection_timeout', 'no') === undefined;
}
