import type { Clock } from '../../engine/clock.ts';
import { isIdempotent } from '../../engine/methods.ts';
import type { Exchange, Layer, RepeatObserver } from '../../engine/types.ts';
import { HedgedTry } from './hedged-try.ts';

export interface HedgeOptions {
  readonly clock: Clock;
  /** What this share of the route's recent answers took at most; undefined while too few are known. */
  readonly quantileMs: (exchange: Exchange, quantile: number) => number | undefined;
  /** A backend that this exchange has not tried would take it now. */
  readonly hasOther: (exchange: Exchange) => boolean;
  /** Takes one retry out of the budget; false when there is none. */
  readonly withdraw: () => boolean;
  readonly observer: RepeatObserver;
}

/**
 * Sends a second attempt to another backend when the first is slow, and takes what answers first. Only what may
 * be repeated by its method, and paid from the budget: a pool that is slow because of its load must not get more.
 */
export function hedge(options: HedgeOptions): Layer {
  return (next) => (exchange) => {
    const delayMs = delayOf(exchange, options);
    return delayMs === undefined ? next(exchange) : new HedgedTry(exchange, next, delayMs, options).run();
  };
}

/** How long a first attempt may take before there is a second one; undefined where there will be none. */
function delayOf(exchange: Exchange, { quantileMs }: HedgeOptions): number | undefined {
  const { settings, request, attempts, upgrade } = exchange;
  const { retry } = settings;
  if (retry === false || retry.hedge === false) return undefined;
  if (attempts.length >= retry.retries || !isIdempotent(request.method)) return undefined;
  // A backend that has switched may have begun to act for the client: what is dropped would not go unnoticed.
  if (upgrade !== undefined) return undefined;
  return retry.hedge.delayMs ?? quantileMs(exchange, retry.hedge.quantile);
}
