import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Exchange } from '../../engine/types.ts';
import type { MiddlewareAttempt } from './attempt.ts';
import { ATTEMPT } from './attempt-key.ts';

/** Of one attempt. Names in lower case, as in `node:http`. */
export type ShimHeaders = Record<string, string | string[]>;

/** Stands for the client's request in one attempt: what is changed on it is gone with the attempt. */
export type RequestShim = IncomingMessage & { readonly [ATTEMPT]: MiddlewareAttempt };

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

  get socket(): unknown {
    return this.#exchange.client?.message.socket;
  }

  get connection(): unknown {
    return this.socket;
  }

  get originalUrl(): string | undefined {
    const message = this.#exchange.client?.message as { originalUrl?: string } | undefined;
    return message?.originalUrl;
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
 * For hooks: everything that the framework and other middleware have put on the client's request can be read through
 * it; as a stream and an emitter it is one of its own.
 */
export function hookedRequest(
  attempt: MiddlewareAttempt,
  exchange: Exchange,
  message: IncomingMessage,
  headers: ShimHeaders,
): RequestShim {
  const shim = Object.create(message) as RequestShim;
  (Readable as unknown as (this: unknown, options: object) => void).call(shim, { read: () => undefined });
  const { body } = exchange;
  // Set, not assigned: some are accessors of the prototype.
  Object.defineProperties(shim, {
    [ATTEMPT]: { value: attempt },
    headers: { value: headers, writable: true, enumerable: true },
    url: { value: '', writable: true, enumerable: true },
    // For fixRequestBody: a parser was here before.
    readableEnded: { value: !body.empty && (body.reserialized || body.missing === true) },
  });
  return shim;
}
