import type { Clock } from '../../engine/clock.ts';
import type { Exchange } from '../../engine/types.ts';

/** Waits, unless the exchange is given up meanwhile: then it ends at once. */
export function pause(exchange: Exchange, ms: number, clock: Clock): Promise<void> {
  if (ms <= 0 || exchange.cancelled) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      exchange.waiting = undefined;
      resolve();
    };
    const timer = clock.after(ms, done);
    exchange.waiting = { cancel: done };
  });
}
