import type { Exchange } from '../../engine/types.ts';
import type { RetryBudget } from './budget.ts';
import { refusalToRepeat } from './refusal.ts';
import type { Elsewhere } from './retry.ts';

/** Would the retry layer send this exchange to another backend if its attempt were cut now? Takes nothing out. */
export function couldRepeat(
  exchange: Exchange,
  where: ReturnType<Elsewhere>,
  budget: RetryBudget,
  now: number,
): boolean {
  const { retry } = exchange.settings;
  if (where !== 'other' || retry === false || exchange.attempts.length > retry.retries) return false;
  return refusalToRepeat(exchange, 'first_byte_timeout', 'maybe') === undefined && budget.allows(now);
}
