import { climbs } from '../engine/dot-segments.ts';
import { flawIn } from '../engine/request-flaw.ts';
import type { Exchange, Failed, Layer } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';

export interface GuardOptions {
  /** Our name in Via. */
  readonly name: string;
  /** A larger announced body is refused. */
  readonly requestBytes: number;
  /** Is there a backend that has a path prefix? Nothing that climbs out of it may be sent there. */
  readonly hasPrefixes: () => boolean;
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
  if (flaw !== undefined) return rejected(400, flaw);
  if (climbs(exchange.request.path) && (exchange.settings.rewrite.path || options.hasPrefixes())) {
    return rejected(400, 'The path climbs out of a part of itself.');
  }
  if (exchange.rawHeaders.length >= MOST_HEADERS) return rejected(431, 'The request has too many headers.');
  if ((exchange.body.length ?? 0) > options.requestBytes)
    return rejected(413, 'The request body is too large.');
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

function rejected(status: number, detail: string): Failed {
  return failed('request_rejected', { status, detail });
}
