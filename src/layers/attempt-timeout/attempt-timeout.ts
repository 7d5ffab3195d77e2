import type { Clock } from '../../engine/clock.ts';
import type { Exchange, Layer, LimitObserver } from '../../engine/types.ts';
import type { ConnectLimit } from './connect-limit.ts';
import type { LearnedLimits } from './learned-limits.ts';
import { Watch } from './watch.ts';

export interface AttemptTimeoutOptions {
  readonly clock: Clock;
  /** Shared with whatever else is guided by latencies. */
  readonly learned: LearnedLimits;
  /** Would another attempt of this exchange be allowed, is there a backend for it, and so much time? Injected. */
  readonly canGoElsewhere: (exchange: Exchange, neededMs: number) => boolean;
  /** For the time that connecting takes; without it, only the configured limit holds, which the forwarder sees to. */
  readonly connecting?: Connecting;
  readonly observer?: LimitObserver;
}

export interface Connecting {
  readonly limit: ConnectLimit;
  /** Of this exchange nothing was sent: would it be sent to another backend, and is there one? Injected. */
  readonly canMove: (exchange: Exchange) => boolean;
}

/**
 * Limits the wait for the response head, counted from the last byte of the request. The configured limit
 * always holds; a shorter one, learned per route over the whole pool so that one slow backend stands out,
 * cuts only an attempt that can go elsewhere. Connecting has a limit of its own, learned likewise.
 */
export function attemptTimeout(options: AttemptTimeoutOptions): Layer {
  return (next) => (exchange) => {
    const { attempt } = exchange;
    if (!attempt) return next(exchange);
    const { key } = exchange.settings.timeouts;
    const learned = isLearning(exchange) ? options.learned.of(exchange.request, key) : undefined;
    return new Watch(exchange, attempt, learned, options).run(next);
  };
}

/** For a limit of our own, or for whoever sends a second attempt. */
function isLearning({ settings: { timeouts, retry } }: Exchange): boolean {
  return timeouts.learned !== false || (retry !== false && retry.hedge !== false);
}
