import { climbs } from '../engine/dot-segments.ts';
import { flawIn } from '../engine/request-flaw.ts';
import type { Exchange, Failed, Layer } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { climbing, rejected } from '../failure/rejected.ts';

export interface GuardOptions {
  /** Our name in Via. */
  readonly name: string;
  /** A larger announced body is refused. */
  readonly requestBytes: number;
}

/** Refuses what must not be forwarded, before any backend is bothered with it. */
export function guard(options: GuardOptions): Layer {
  return (next) => (exchange) => {
    const refusal = exchange.cancelled ?? inspect(exchange, options);
    return refusal ? Promise.resolve(refusal) : next(exchange);
  };
}

function inspect(exchange: Exchange, options: GuardOptions): Failed | undefined {
  const flaw = flawIn(exchange);
  if (flaw !== undefined) return rejected(flaw);
  if (exchange.settings.rewrite.path && climbs(exchange.request.path)) return climbing();
  if (exchange.rawHeaders.length >= MOST_HEADERS) return rejected('The request has too many headers.', 431);
  if ((exchange.body.length ?? 0) > options.requestBytes)
    return rejected('The request body is too large.', 413);
  return isLoop(exchange, options.name) ? failed('loop_detected') : undefined;
}

/** Some versions of Node drop what comes after so many names and values, and say nothing of it. */
const MOST_HEADERS = 2_000;

/** Via: RFC 9110 section 7.6.3. Each member is `[protocol/]version received-by [comment]`. */
function isLoop({ request }: Exchange, name: string): boolean {
  const via = request.headers['via'];
  if (via === undefined) return false;
  return String(via)
    .split(',')
    .some((member) => member.trim().split(/[ \t]+/)[1] === name);
}
