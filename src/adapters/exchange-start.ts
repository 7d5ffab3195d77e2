import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mount } from '../engine/core.ts';
import type { ExchangeStart } from '../engine/exchange.ts';
import { HttpRequest, parseTarget } from './request.ts';

/** What an adapter or a host knows of a request beside what is in it. */
export type Known = Partial<
  Pick<ExchangeStart, 'appTrust' | 'originalUrl' | 'upgrade' | 'destination' | 'rawHeaders'>
>;

/** What is known of a request before its body is looked at. */
export function exchangeStart(
  message: IncomingMessage,
  response: ServerResponse,
  { core, settings }: Mount,
  known: Known,
  { path, authority } = parseTarget(message),
): ExchangeStart {
  return {
    request: new HttpRequest(message, path),
    rawHeaders: known.rawHeaders ?? message.rawHeaders,
    httpVersion: message.httpVersion,
    authority: authority ?? authorityOf(message),
    appTrust: known.appTrust,
    originalUrl: known.originalUrl,
    upgrade: known.upgrade,
    destination: known.destination,
    client: { message, response },
    settings,
    startedAt: core.clock.now(),
  };
}

/** HTTP/2 has a pseudo-header, which replaces a Host beside it (RFC 9113 section 8.3.1). */
function authorityOf({ headers }: IncomingMessage): string | undefined {
  return (headers[':authority'] as string | undefined) ?? headers.host;
}
