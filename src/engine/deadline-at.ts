import type { Exchange } from './types.ts';

/** When an exchange has to be answered: counted from its start, or from the client's last byte. */
export function deadlineAt(exchange: Exchange): number {
  const { body, startedAt, settings } = exchange;
  return Math.max(startedAt, body.receivedAt ?? Infinity) + settings.timeouts.deadlineMs;
}
