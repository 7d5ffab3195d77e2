import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayCore } from '../engine/core.ts';
import { valuesOf } from '../engine/headers.ts';
import type { Ending, Exchange, RawHeaders, Responded } from '../engine/types.ts';
import { proxyStatusOfResponse } from '../failure/report/proxy-status.ts';
import { isBackendFailure } from '../failure/verdict.ts';
import { exposeCauseHeaders } from './expose-headers.ts';
import { isUnread } from './http2.ts';
import { ResponseSink } from './response-sink.ts';
import { writeHead } from './write-head.ts';

/**
 * Relays a backend's response. Undefined when it is over at once; else resolves when it is, one way or the
 * other.
 * @throws what Node throws for a head that it will not write; nothing has been sent then.
 */
export function relay(
  message: IncomingMessage,
  response: ServerResponse,
  outcome: Responded,
  exchange: Exchange,
  core: GatewayCore,
): Promise<undefined> | undefined {
  exchange.body.commit();
  writeHead(response, outcome, headersOfOurs(message, response, outcome, exchange, core.name));
  exchange.responseStarted = true;
  const sink = new ResponseSink(message, response, outcome, exchange.body, core.clock);
  const isWhole = outcome.complete;
  const ended = outcome.relay(sink);
  return isWhole && !sink.finished ? undefined : whenOver(ended, sink, core);
}

async function whenOver(ended: Promise<Ending>, sink: ResponseSink, core: GatewayCore): Promise<undefined> {
  const { cause, error } = await ended;
  if (cause === 'gateway_error') core.log.error({ err: error }, 'a response could not be written');
  await sink.finished;
}

const NOTHING: RawHeaders = [];

/** What the gateway adds to a response that is not its own: next to nothing when all went well. */
function headersOfOurs(
  message: IncomingMessage,
  response: ServerResponse,
  outcome: Responded,
  exchange: Exchange,
  gatewayName: string,
): RawHeaders {
  const received = outcome.receivedStatus ?? outcome.status;
  const isFailure = isBackendFailure(received);
  const isPlain = exchange.attempts.length <= 1 && !isFailure;
  const unread = isUnread(message);
  if (!unread && isPlain) return NOTHING;
  const ours: string[] = [];
  if (unread) ours.push('Connection', 'close');
  if (isPlain) return ours;
  ours.push('Proxy-Attempts', String(exchange.attempts.length));
  if (isFailure) {
    ours.push('Proxy-Cause', 'backend_status');
    ours.push('Proxy-Status', proxyStatusOfResponse(gatewayName, received));
  }
  exposeThem(response, outcome, ours);
  return ours;
}

function exposeThem(response: ServerResponse, outcome: Responded, ours: string[]): void {
  const name = 'access-control-expose-headers';
  const theirs = valuesOf(outcome.headers, name);
  const given = theirs.length > 0 ? theirs.join(', ') : response.getHeader(name);
  if (given === undefined) return;
  const exposed = exposeCauseHeaders(String(given));
  // A second line of this header adds to the first.
  if (theirs.length > 0) ours.push('Access-Control-Expose-Headers', exposed);
  else response.setHeader('Access-Control-Expose-Headers', exposed);
}
