import type { IncomingMessage } from 'node:http';
import { BufferedBody, EMPTY_BODY, IncomingBody, MISSING_BODY } from '../engine/body.ts';
import type { Mount } from '../engine/core.ts';
import type { ClientExchange } from '../engine/exchange.ts';
import type { RequestBody } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { type ParsedBody, reserialize } from './consumed-body.ts';
import { streamOf } from './http2.ts';

/** True when the request announces a body (RFC 9112 section 6.3; HTTP/2 says so when there is none). */
export function announcesBody(message: IncomingMessage): boolean {
  const { headers } = message;
  const stream = streamOf(message);
  if (stream) return stream.endAfterHeaders !== true;
  if (headers['transfer-encoding'] !== undefined) return true;
  return headers['content-length'] !== undefined && headers['content-length'] !== '0';
}

/** The body of a request; a body that is gone cancels the exchange with a clear cause, at once. */
export function openBody(
  message: IncomingMessage,
  parsed: ParsedBody,
  exchange: ClientExchange,
  mount: Mount,
  hooksMayWrite = false,
): RequestBody {
  if (!announcesBody(message)) return EMPTY_BODY;
  // Decoded to text, the bytes are no longer certain.
  const isUntouched = !message.readableDidRead && message.readableEncoding === null;
  if (isUntouched) return incoming(message, exchange, mount);
  const bytes = message.readableEnded ? reserialize(message, parsed) : undefined;
  if (bytes !== undefined) return new BufferedBody(bytes);
  if (hooksMayWrite && message.readableEnded) return MISSING_BODY;
  exchange.cancel(failed('request_body_consumed'));
  return EMPTY_BODY;
}

function incoming(
  message: IncomingMessage,
  exchange: ClientExchange,
  { core, settings }: Mount,
): IncomingBody {
  const length = message.headers['content-length'];
  return new IncomingBody(message, length === undefined ? undefined : Number(length), {
    clock: core.clock,
    store: core.replayStore,
    replayBytes: settings.retry === false ? 0 : settings.retry.replayBytes,
    requestBytes: core.requestBytes,
    requestBodyMs: settings.timeouts.requestBodyMs,
    writeMs: settings.timeouts.writeMs,
    onClientFault: (cause, status) => exchange.cancel(failed(cause, status === undefined ? {} : { status })),
    onWriteTimeout: (attempt) => attempt.running?.cancel(failed('request_write_timeout')),
  });
}
