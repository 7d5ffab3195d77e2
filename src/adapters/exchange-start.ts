import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mount } from '../engine/core.ts';
import type { ExchangeStart } from '../engine/exchange.ts';
import { HttpRequest, parseTarget } from './request.ts';

const NOTHING = {};

/** What is known of a request before its body is looked at. */
export function exchangeStart(
  message: IncomingMessage,
  response: ServerResponse,
  { core, settings }: Mount,
  { path, authority } = parseTarget(message),
  known: Pick<ExchangeStart, 'appTrust' | 'originalUrl'> = NOTHING,
): ExchangeStart {
  return {
    request: new HttpRequest(message, path),
    rawHeaders: message.rawHeaders,
    httpVersion: message.httpVersion,
    authority: authority ?? authorityOf(message),
    client: { message, response },
    appTrust: known.appTrust,
    originalUrl: known.originalUrl,
    settings,
    startedAt: core.clock.now(),
  };
}

/** HTTP/2 has a pseudo-header, which replaces a Host beside it (RFC 9113 section 8.3.1). */
function authorityOf({ headers }: IncomingMessage): string | undefined {
  return (headers[':authority'] as string | undefined) ?? headers.host;
}
