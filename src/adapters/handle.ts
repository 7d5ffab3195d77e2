import type { IncomingMessage, ServerResponse } from 'node:http';
import { EMPTY_BODY } from '../engine/body.ts';
import type { Mount } from '../engine/core.ts';
import { climbs } from '../engine/dot-segments.ts';
import { ClientExchange } from '../engine/exchange.ts';
import type { AppTrust, Failed, Outcome, Responded, Upgraded } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { climbing } from '../failure/rejected.ts';
import type { GatewayError } from '../failure/gateway-error.ts';
import { IGNORED } from '../failure/verdict.ts';
import { closesAfter, makeAnswer, makeError, writeAnswer } from './answer.ts';
import { breakOff } from './break-off.ts';
import type { ParsedBody } from './consumed-body.ts';
import { exchangeStart, type Known } from './exchange-start.ts';
import { readsLeniently } from './front-server.ts';
import { streamOf } from './http2.ts';
import { inTurn, isBehindAnother } from './in-turn.ts';
import { lenientParser } from './refusals.ts';
import { openBody } from './open-body.ts';
import { relay } from './relay.ts';
import { writeInterim } from './write-interim.ts';

/** A request as a framework has it, where that is more than Node's. */
export interface FrameworkRequest extends ParsedBody {
  /** As the client asked for it: mount paths are taken off `url`. */
  readonly originalUrl?: string;
}

/** Called once, when the response is over; with an error when the app wants to answer failures itself. */
export type Done = (error: GatewayError | undefined) => void;

/** Who brought a request, and takes what is no response. */
export interface Host {
  readonly done: Done;
  /** Joins the client's connection to that of a backend that switched protocols. Resolves when that is over. */
  readonly join?: (outcome: Upgraded) => Promise<unknown>;
  /** Asked before the gateway answers a failure: true when somebody else has answered it. */
  readonly answer?: ((failure: Failed, exchange: ClientExchange) => Promise<boolean>) | undefined;
}

/** What a host knows of a request beside what is in it. */
export interface Particulars extends Known {
  /** A hook of the user's may be able to write a body anew that has been read already. */
  readonly hooksMayWriteBody?: boolean;
}

/** One client request through the gateway, from a framework's request to its response. Never throws. */
export function handle(
  message: IncomingMessage,
  response: ServerResponse,
  parsed: FrameworkRequest,
  mount: Mount,
  done: Done,
  appTrust?: AppTrust,
): void {
  const { originalUrl } = parsed;
  handleFor(message, response, parsed, mount, { done }, { appTrust, originalUrl });
}

/** As `handle`, for a host that has more to say. */
export function handleFor(
  message: IncomingMessage,
  response: ServerResponse,
  parsed: ParsedBody,
  mount: Mount,
  host: Host,
  particulars: Particulars,
): void {
  // Behind the last request of a connection: to be ignored (RFC 9112 section 9.6), though Node hands it over.
  if (message.socket.writableEnded) return host.done(undefined);
  if (response.headersSent || response.writableEnded || response.destroyed || message.socket.destroyed) {
    const details = { url: message.url };
    mount.core.log.warn(details, 'a response had been sent before the request came to the gateway');
    return host.done(undefined);
  }
  const begin = (): void => {
    const exchange = openExchange(message, response, parsed, mount, particulars);
    new Visit(message, response, exchange, mount, host).begin();
  };
  if (!isBehindAnother(message, response)) return begin();
  inTurn(message.socket, response, begin, () => host.done(undefined));
}

function openExchange(
  message: IncomingMessage,
  response: ServerResponse,
  parsed: ParsedBody,
  mount: Mount,
  particulars: Particulars,
): ClientExchange {
  const exchange = new ClientExchange(exchangeStart(message, response, mount, particulars), EMPTY_BODY);
  exchange.body = openBody(message, parsed, exchange, mount, particulars.hooksMayWriteBody);
  const refusal = refusalOf(message, exchange, mount);
  if (refusal) exchange.cancel(refusal);
  return exchange;
}

function refusalOf(message: IncomingMessage, { request }: ClientExchange, mount: Mount): Failed | undefined {
  if (readsLeniently(message)) return lenientParser(mount);
  // Express: what it is mounted at, taken off the path.
  const { baseUrl = '' } = message as { baseUrl?: string };
  return baseUrl !== '' && climbs(request.path) ? climbing() : undefined;
}

/** A client's request and its response, while they are with us. */
export class Visit {
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #exchange: ClientExchange;
  readonly #mount: Mount;
  readonly #host: Host;
  #ended = false;

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    exchange: ClientExchange,
    mount: Mount,
    host: Host,
  ) {
    this.#message = message;
    this.#response = response;
    this.#exchange = exchange;
    this.#mount = mount;
    this.#host = host;
  }

  begin(): void {
    this.#mount.core.begin(this.#exchange);
    // HTTP/1.0 knows no interim responses.
    if (this.#exchange.httpVersion !== '1.0') this.#exchange.onInterim = this.#onInterim;
    this.#response.on('close', () => this.#leave()).on('error', ignore);
    if (this.#exchange.body.empty) return this.#forward();
    // A small body comes in the same packet as its head: let the parser finish, then it needs no stream.
    queueMicrotask(() => this.#forward());
  }

  readonly #onInterim: NonNullable<ClientExchange['onInterim']> = (status, headers) =>
    writeInterim(this.#response, status, headers);

  #forward(): void {
    void this.#mount.core.forward(this.#exchange).then(
      (outcome) => this.#settle(outcome),
      (error: unknown) => this.#breakOff(error),
    );
  }

  /** The usual case is over at once: head and body were there, and went out together. */
  #settle(outcome: Outcome): void {
    let over: Promise<GatewayError | undefined> | undefined;
    try {
      over = this.#deliver(outcome);
    } catch (error) {
      return this.#breakOff(error);
    }
    if (!over) return this.#end(undefined);
    void over.then(
      (error) => this.#end(error),
      (error: unknown) => this.#breakOff(error),
    );
  }

  /** A bug of ours, or a middleware's writeHead that threw: the connection is all that can still be closed. */
  #breakOff(error: unknown): void {
    this.#mount.core.log.error({ err: error }, 'a response could not be delivered');
    breakOff(this.#message, this.#response);
    this.#end(undefined);
  }

  #end(error: GatewayError | undefined): void {
    this.#ended = true;
    this.#exchange.body.close();
    this.#mount.core.end(this.#exchange);
    try {
      this.#host.done(error);
    } catch (thrown) {
      // The app's error handling is its own affair, but must not end the process.
      this.#mount.core.log.error({ err: thrown }, 'the error handler threw');
      breakOff(this.#message, this.#response);
    }
  }

  #deliver(outcome: Outcome): Promise<GatewayError | undefined> | undefined {
    if (outcome.kind === 'failed') return this.#fail(outcome);
    if (outcome.kind === 'upgraded') return this.#switch(outcome);
    try {
      return relay(this.#message, this.#response, outcome, this.#exchange, this.#mount.core);
    } catch (error) {
      return this.#refuseHead(outcome, error);
    }
  }

  async #switch(outcome: Upgraded): Promise<undefined> {
    const { join } = this.#host;
    if (join) return void (await join(outcome));
    outcome.discard();
    throw new Error('a backend switched protocols, though nobody had asked for it');
  }

  /** Node will not write the backend's head. Nothing has been sent, so there is still an honest answer. */
  #refuseHead(outcome: Responded, error: unknown): Promise<GatewayError | undefined> {
    outcome.discard();
    if (this.#response.headersSent) throw error;
    return this.#fail(failed('response_header_invalid', { error }));
  }

  async #fail(failure: Failed): Promise<GatewayError | undefined> {
    const message = this.#message;
    const response = this.#response;
    // Nobody is left to answer.
    if (response.destroyed || message.socket.destroyed) return undefined;
    if (await this.#host.answer?.(failure, this.#exchange)) return undefined;
    const answer = makeAnswer(this.#exchange, failure, this.#mount);
    if (this.#mount.settings.errors.deliver === 'next') {
      // Whoever answers in our place.
      if (closesAfter(message, answer)) response.shouldKeepAlive = false;
      return makeError(answer, failure, response);
    }
    await writeAnswer(message, response, answer, this.#exchange, this.#mount);
    return undefined;
  }

  /** The connection is closed; unless the response is through, the client went away. */
  #leave(): void {
    // A stream of HTTP/2 is finished even when it was the client that closed it.
    if (this.#ended || (this.#response.writableFinished && !streamOf(this.#response))) return;
    this.#exchange.cancel(failed('client_aborted', { verdict: IGNORED }));
  }
}

function ignore(): void {
  // A client that is gone shows in 'close'.
}
