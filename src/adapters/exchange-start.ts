import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mount } from '../engine/core.ts';
import type { ExchangeStart } from '../engine/exchange.ts';
import { HttpRequest, parseTarget } from './request.ts';

/** What is known of a request before its body is looked at. */
export function exchangeStart(
  message: IncomingMessage,
  response: ServerResponse,
  { core, settings }: Mount,
  { path, authority } = parseTarget(message.url ?? '/'),
): ExchangeStart {
  return {
    request: new HttpRequest(message, path),
    rawHeaders: message.rawHeaders,
    httpVersion: message.httpVersion,
    authority: authority ?? authorityOf(message),
    client: { message, response },
    settings,
    startedAt: core.clock.now(),
  };
}

/** HTTP/2 has a pseudo-header in place of Host. */
function authorityOf({ headers }: IncomingMessage): string | undefined {
  return headers.host ?? (headers[':authority'] as string | undefined);
}
