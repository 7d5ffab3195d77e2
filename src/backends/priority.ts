import { HookError, runHook } from '../engine/hooks.ts';
import type { Exchange, ProxyRequest } from '../engine/types.ts';

/** Priorities from 0 to 9; under pressure the lowest goes first. */
export const LEVELS = 10;
const MIDDLE = 5;

/** How important an exchange is. Asked only where something has to go. */
export type PriorityOf = (exchange: Exchange) => number;

/** Asks the user's function, and holds it to the rules. */
export function priorityFrom(
  priority: ((request: ProxyRequest) => number | undefined) | undefined,
): PriorityOf | undefined {
  if (!priority) return undefined;
  return ({ request }) => {
    const value = runHook('limits.priority', () => priority(request)) ?? MIDDLE;
    if (Number.isInteger(value) && value >= 0 && value < LEVELS) return value;
    throw new HookError('limits.priority', new RangeError('it must return a whole number from 0 to 9'));
  };
}
