import type { Clock, Timer } from '../engine/clock.ts';
import type { Exchange, Forward, Layer, Outcome } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { deadlineAt } from '../engine/deadline-at.ts';

/**
 * One limit over queueing, pauses and all attempts. It ends when the response head is there, and stands
 * still while the client is still sending.
 */
export function deadline(clock: Clock): Layer {
  return (next) => (exchange) =>
    exchange.settings.timeouts.deadlineMs === Infinity ? next(exchange) : limited(clock, next, exchange);
}

function limited(clock: Clock, next: Forward, exchange: Exchange): Promise<Outcome> {
  let timer: Timer;
  const look = (): void => {
    const leftMs = deadlineAt(exchange) - clock.now();
    if (leftMs <= 0) return exchange.cancel(failed('deadline_exceeded'));
    timer = clock.after(Math.min(leftMs, exchange.settings.timeouts.deadlineMs), look);
  };
  timer = clock.after(exchange.settings.timeouts.deadlineMs, look);
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
