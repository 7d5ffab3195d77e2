import { isUnsent } from './attempt.ts';
import type { Exchange } from './types.ts';

/** When an exchange has to be answered: counted from its start, or from when the client could send no more. */
export function deadlineAt(exchange: Exchange): number {
  const { body, startedAt, deadlineMs } = exchange;
  return Math.max(startedAt, body.receivedAt ?? readUntil(exchange)) + deadlineMs;
}

/** Nobody reads the body before an attempt has its connection: until then, the client cannot help it, and time runs. */
function readUntil({ attempt, attempts, startedAt }: Exchange): number {
  if (attempt && !isUnsent(attempt.phase)) return Infinity;
  return attempts.at(-2)?.endedAt ?? startedAt;
}
