import type { Exchange } from './types.ts';

/** When an exchange has to be answered: counted from its start, or from the client's last byte. */
export function deadlineAt(exchange: Exchange): number {
  const { attempt, body, startedAt, deadlineMs } = exchange;
  // Nobody reads the body before there is an attempt: until then, time runs.
  const sendingUntil = body.receivedAt ?? (attempt === undefined ? startedAt : Infinity);
  return Math.max(startedAt, sendingUntil) + deadlineMs;
}
