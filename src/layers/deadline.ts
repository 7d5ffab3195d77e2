import type { Clock, Timer } from '../engine/clock.ts';
import type { Exchange, Failed, Forward, Layer, Outcome } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { deadlineAt } from '../engine/deadline-at.ts';
import { givenDeadlineMs } from '../engine/deadline-header.ts';

/**
 * One limit over queueing, pauses and all attempts. It ends when the response head is there, and stands
 * still while the client is still sending.
 */
export function deadline(clock: Clock): Layer {
  return (next) => (exchange) => {
    const { deadlineHeader } = exchange.settings.timeouts;
    if (deadlineHeader !== false) shorten(exchange, deadlineHeader);
    return exchange.deadlineMs === Infinity ? next(exchange) : limited(clock, next, exchange);
  };
}

/** While nothing has gone out, nothing can have been processed. */
function tooLate({ attempts }: Exchange): Failed {
  return failed('deadline_exceeded', attempts.length === 0 ? { reached: 'no' } : {});
}

/** A peer may have less time than we would take, but cannot give us more. */
function shorten(exchange: Exchange, header: string): void {
  const givenMs = givenDeadlineMs(exchange, header);
  if (givenMs !== undefined) exchange.deadlineMs = Math.min(exchange.deadlineMs, givenMs);
}

function limited(clock: Clock, next: Forward, exchange: Exchange): Promise<Outcome> {
  let timer: Timer;
  const look = (): void => {
    const leftMs = deadlineAt(exchange) - clock.now();
    if (leftMs <= 0) return exchange.cancel(tooLate(exchange));
    timer = clock.after(Math.min(leftMs, exchange.deadlineMs), look);
  };
  timer = clock.after(exchange.deadlineMs, look);
  return next(exchange).then(
    (outcome) => {
      timer.cancel();
      return outcome;
    },
    (error: unknown) => {
      timer.cancel();
      throw error;
    },
  );
}
