import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Exchange } from '../../engine/types.ts';
import type { MiddlewareAttempt } from './attempt.ts';
import { ATTEMPT } from './attempt-key.ts';
import { inFrontOf } from './in-front-of.ts';

/** Of one attempt. Names in lower case, as in `node:http`. */
export type ShimHeaders = Record<string, string | string[]>;

/** Stands for the client's request in one attempt, which has headers, a path and a body of its own. */
export type RequestShim = IncomingMessage & { readonly [ATTEMPT]: MiddlewareAttempt };

const views = new WeakMap<Socket, Socket>();

/**
 * The client's connection, without the server that it came by: each http-proxy-middleware adds a listener to that, and
 * with a dozen of them Node warns of a leak. For upgrades it must know it.
 */
function socketFor({ client, upgrade }: Exchange): Socket | undefined {
  const socket = client?.message.socket;
  if (!socket || upgrade !== undefined) return socket;
  const known = views.get(socket);
  if (known) return known;
  const view: Socket = inFrontOf(socket, { server: undefined });
  views.set(socket, view);
  return view;
}

/** All that http-proxy-middleware itself asks of a request. */
class BareRequest {
  readonly [ATTEMPT]: MiddlewareAttempt;
  /** Set when the target is known: http-proxy-middleware would parse it before for nothing. */
  url = '';
  readonly method: string;
  readonly headers: ShimHeaders;
  readonly httpVersion = '1.1';
  readonly httpVersionMajor = 1;
  readonly httpVersionMinor = 1;
  readonly #exchange: Exchange;

  constructor(attempt: MiddlewareAttempt, exchange: Exchange, headers: ShimHeaders) {
    this[ATTEMPT] = attempt;
    this.#exchange = exchange;
    this.method = exchange.request.method;
    this.headers = headers;
  }

  get socket(): Socket | undefined {
    return socketFor(this.#exchange);
  }

  get connection(): unknown {
    return this.socket;
  }

  get originalUrl(): string | undefined {
    return this.#exchange.originalUrl;
  }

  on(): this {
    return this;
  }
}

export function bareRequest(
  attempt: MiddlewareAttempt,
  exchange: Exchange,
  headers: ShimHeaders,
): RequestShim {
  return new BareRequest(attempt, exchange, headers) as unknown as RequestShim;
}

/**
 * What an attempt has of its own: events, headers, and the body, which hooks may watch as it goes by. It is not theirs
 * to hold back.
 */
class OwnRequest extends EventEmitter {
  readonly [ATTEMPT]: MiddlewareAttempt;
  url = '';
  readonly headers: ShimHeaders;
  readonly socket: Socket | undefined;
  /** For fixRequestBody: a parser was here before. */
  readonly readableEnded: boolean;

  constructor(attempt: MiddlewareAttempt, exchange: Exchange, headers: ShimHeaders) {
    super();
    const { body } = exchange;
    this.socket = socketFor(exchange);
    this[ATTEMPT] = attempt;
    this.headers = headers;
    this.readableEnded = !body.empty && (body.reserialized || body.missing === true);
  }

  pipe<To extends NodeJS.WritableStream>(to: To): To {
    this.on('data', (chunk: Buffer) => void to.write(chunk)).on('end', () => void to.end());
    return to;
  }

  unpipe(): this {
    return this;
  }

  pause(): this {
    return this;
  }

  resume(): this {
    return this;
  }

  read(): null {
    return null;
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this.pipe(new PassThrough())[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }
}

/** For hooks: everything that the framework and other middleware have put on the client's request is there as well. */
export function hookedRequest(
  attempt: MiddlewareAttempt,
  exchange: Exchange,
  message: IncomingMessage,
  headers: ShimHeaders,
): RequestShim {
  return inFrontOf(message, new OwnRequest(attempt, exchange, headers)) as unknown as RequestShim;
}
