import { climbs, isOriginForm } from '../engine/path.ts';
import type { Exchange, Failed, Layer } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';

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
  const { headers, path } = exchange.request;
  if (!isOriginForm(path)) return rejected(400, 'The request target is neither a path nor an http URL.');
  // What is rewritten by its beginning must stay below it.
  if (exchange.settings.rewrite.path && climbs(path))
    return rejected(400, 'The path climbs out of a part of itself.');
  if (hasTwoHosts(exchange)) return rejected(400, 'The request has more than one Host header.');
  // Node's parser lets other codings through, with only the chunking undone.
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && String(coding).toLowerCase() !== 'chunked') {
    return rejected(400, 'The request has a transfer coding other than chunked.');
  }
  if ((exchange.body.length ?? 0) > options.requestBytes)
    return rejected(413, 'The request body is too large.');
  return isLoop(exchange, options.name) ? failed('loop_detected') : undefined;
}

/** `headers` keeps the first of them only. */
function hasTwoHosts({ rawHeaders }: Exchange): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

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
