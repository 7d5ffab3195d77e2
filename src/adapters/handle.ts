import type { IncomingMessage, ServerResponse } from 'node:http';
import { EMPTY_BODY } from '../engine/body.ts';
import type { Mount } from '../engine/core.ts';
import { ClientExchange } from '../engine/exchange.ts';
import type { Failed, Outcome } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import type { GatewayError } from '../failure/gateway-error.ts';
import { IGNORED } from '../failure/verdict.ts';
import { makeAnswer, makeError, writeAnswer } from './answer.ts';
import type { ParsedBody } from './consumed-body.ts';
import { openBody } from './open-body.ts';
import { relay } from './relay.ts';
import { HttpRequest, parseTarget } from './request.ts';

/**
 * One client request through the gateway, from a framework's request to its response. Resolves when the
 * response is over; with an error when the app wants to answer failures itself. Never rejects.
 */
export async function handle(
  message: IncomingMessage,
  response: ServerResponse,
  parsed: ParsedBody,
  mount: Mount,
): Promise<GatewayError | undefined> {
  const { core } = mount;
  if (response.headersSent || response.writableEnded || response.destroyed || message.socket.destroyed) {
    core.log.warn({ url: message.url }, 'a response had been sent before the request came to the gateway');
    return undefined;
  }
  const exchange = openExchange(message, parsed, mount);
  const end = core.begin(exchange);
  const onClose = (): void => {
    if (!response.writableFinished) exchange.cancel(failed('client_aborted', { verdict: IGNORED }));
  };
  response.on('close', onClose).on('error', ignore);
  try {
    // A small body comes in the same packet as its head: let the parser finish, then it needs no stream.
    if (!exchange.body.empty) await Promise.resolve();
    const outcome = await core.forward(exchange);
    return await deliver(message, response, outcome, exchange, mount);
  } catch (error) {
    return giveUp(response, error, mount);
  } finally {
    response.off('close', onClose);
    exchange.body.close();
    end();
  }
}

function openExchange(message: IncomingMessage, parsed: ParsedBody, mount: Mount): ClientExchange {
  const { path, authority } = parseTarget(message.url ?? '/');
  const start = {
    request: new HttpRequest(message, path),
    rawHeaders: message.rawHeaders,
    httpVersion: message.httpVersion,
    authority: authority ?? message.headers.host,
    settings: mount.settings,
    startedAt: mount.core.clock.now(),
  };
  const exchange = new ClientExchange(start, EMPTY_BODY);
  exchange.body = openBody(message, parsed, exchange, mount);
  return exchange;
}

async function deliver(
  message: IncomingMessage,
  response: ServerResponse,
  outcome: Outcome,
  exchange: ClientExchange,
  mount: Mount,
): Promise<GatewayError | undefined> {
  if (outcome.kind === 'failed') return fail(message, response, outcome, exchange, mount);
  // Upgrades come through a server's 'upgrade' event, never here.
  if (outcome.kind === 'upgraded') return undefined;
  try {
    await relay(message, response, outcome, exchange, mount);
    return undefined;
  } catch (error) {
    outcome.discard();
    if (response.headersSent) throw error;
    const failure = failed('response_header_invalid', { error });
    return fail(message, response, failure, exchange, mount);
  }
}

async function fail(
  message: IncomingMessage,
  response: ServerResponse,
  failure: Failed,
  exchange: ClientExchange,
  mount: Mount,
): Promise<GatewayError | undefined> {
  // Nobody is left to answer.
  if (response.destroyed || message.socket.destroyed) return undefined;
  const answer = makeAnswer(exchange, failure, mount);
  if (mount.settings.errors.deliver === 'next') return makeError(answer, failure, response);
  await writeAnswer(message, response, answer, exchange, mount);
  return undefined;
}

/** A bug of ours, or a middleware's writeHead that threw: the connection is all that can still be closed. */
function giveUp(response: ServerResponse, error: unknown, { core }: Mount): undefined {
  core.log.error({ err: error }, 'a response could not be delivered');
  response.destroy();
}

function ignore(): void {
  // A client that is gone shows in 'close'.
}
