import { EventEmitter } from 'node:events';
import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { MiddlewareAttempt } from './attempt.ts';
import { ATTEMPT } from './attempt-key.ts';
import type { RequestShim } from './request-shim.ts';

type HeaderValue = number | string | readonly string[];
type Callback = (error?: Error | null) => void;
type HeadersArgument = OutgoingHttpHeaders | readonly OutgoingHttpHeader[];

/** What an attempt asks of the response that http-proxy-middleware and hooks write to. */
export interface ResponseShim extends ServerResponse {
  readonly [ATTEMPT]: MiddlewareAttempt;
  /** Names and values as they were set, flat. */
  flatHeaders(): string[];
  /** Names of headers that the app had set before, and that were taken away here. */
  withdrawn(): readonly string[] | undefined;
  /** No more can be set: the head is on its way. */
  markSent(): void;
  /** It is over: whoever cleans up after it may do so. */
  markClosed(): void;
}

interface Written {
  statusCode: number;
  statusMessage: string;
  finished: boolean;
  writableFinished: boolean;
  destroyed: boolean;
}

/** The part of a response that writes: into the attempt, not to the client. */
const writing: ThisType<ResponseShim & Written> & Record<string, unknown> = {
  writeHead(status: number, reason?: string | HeadersArgument, given?: HeadersArgument) {
    if (this.headersSent) return this;
    this.statusCode = status;
    if (typeof reason === 'string') this.statusMessage = reason;
    const headers = typeof reason === 'string' ? given : reason;
    for (const [name, value] of pairsOf(headers)) this.setHeader(name, value);
    this[ATTEMPT].headWritten();
    return this;
  },

  flushHeaders() {
    this[ATTEMPT].headWritten();
  },

  write(chunk: string | Uint8Array, encoding?: BufferEncoding | Callback, callback?: Callback) {
    const done = typeof encoding === 'function' ? encoding : callback;
    const more = this[ATTEMPT].bodyWritten(bytesOf(chunk, encoding));
    if (done) process.nextTick(done);
    return more;
  },

  end(
    chunk?: string | Uint8Array | Callback | null,
    encoding?: BufferEncoding | Callback,
    callback?: Callback,
  ) {
    const last = typeof chunk === 'function' || chunk == null ? undefined : bytesOf(chunk, encoding);
    const done = [chunk, encoding, callback].find((one) => typeof one === 'function');
    if (done) this.once('finish', done);
    if (this.finished) return this;
    this.finished = true;
    this.writableFinished = true;
    this[ATTEMPT].bodyEnded(last);
    return this;
  },

  addTrailers(trailers: OutgoingHttpHeaders | readonly [string, string][]) {
    const pairs = Array.isArray(trailers) ? trailers : Object.entries(trailers);
    this[ATTEMPT].trailersWritten(pairs.flat().map(String));
  },

  destroy(error?: Error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    this[ATTEMPT].bodyBroken(error);
    return this;
  },

  writeEarlyHints(hints: Record<string, string | string[]>, callback?: () => void) {
    const flat: string[] = [];
    for (const [name, value] of Object.entries(hints)) pushTo(flat, name, value);
    this[ATTEMPT].relayInformation(103, flat);
    callback?.();
  },

  writeProcessing() {
    this[ATTEMPT].relayInformation(102, []);
  },

  writeContinue() {
    // The server in front has answered that.
  },
};

function bytesOf(chunk: string | Uint8Array, encoding: unknown): Buffer {
  if (typeof chunk !== 'string') return chunk instanceof Buffer ? chunk : Buffer.from(chunk);
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}

function pairsOf(headers: HeadersArgument | undefined): [string, HeaderValue][] {
  if (!headers) return [];
  if (!isList(headers)) return Object.entries(headers).filter(hasValue);
  const flat = headers.flat() as HeaderValue[];
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[String(name), flat[i + 1] as HeaderValue]] : []));
}

function isList(headers: HeadersArgument): headers is readonly OutgoingHttpHeader[] {
  return Array.isArray(headers);
}

function hasValue<Value>(pair: [string, Value]): pair is [string, NonNullable<Value>] {
  return pair[1] !== undefined;
}

function pushTo(flat: string[], name: string, value: HeaderValue): void {
  if (typeof value === 'string') flat.push(name, value);
  else if (typeof value === 'number') flat.push(name, String(value));
  else for (const one of value) flat.push(name, one);
}

/** All that http-proxy-middleware itself asks of a response. Each header is set once, so a list will do. */
class BareResponse extends EventEmitter {
  readonly [ATTEMPT]: MiddlewareAttempt;
  statusCode = 200;
  statusMessage = '';
  headersSent = false;
  finished = false;
  writableFinished = false;
  destroyed = false;
  readonly #flat: string[] = [];

  constructor(attempt: MiddlewareAttempt) {
    super();
    this[ATTEMPT] = attempt;
  }

  get writableEnded(): boolean {
    return this.finished;
  }

  setHeader(name: string, value: HeaderValue): this {
    pushTo(this.#flat, name, value);
    return this;
  }

  flatHeaders(): string[] {
    return this.#flat;
  }

  withdrawn(): undefined {
    return undefined;
  }

  markSent(): void {
    this.headersSent = true;
  }

  markClosed(): void {
    if (this.finished) this.emit('finish');
    this.destroyed = true;
    this.emit('close');
  }
}
Object.assign(BareResponse.prototype, writing);

export function bareResponse(attempt: MiddlewareAttempt): ResponseShim {
  return new BareResponse(attempt) as unknown as ResponseShim;
}

/** What a response for hooks has beside what it writes. */
const hooked: ThisType<ResponseShim & Written & { _header: unknown }> & Record<string, unknown> = {
  flatHeaders() {
    const base = clientOf(this);
    const flat: string[] = [];
    for (const name of rawNames(this)) {
      const value = this.getHeader(name) as HeaderValue;
      const before = base?.getHeader(name);
      if (before === undefined) pushTo(flat, name, value);
      else if (Array.isArray(value) && Array.isArray(before)) {
        // The app's own lines are on its response.
        pushTo(
          flat,
          name,
          value.filter((one) => !(before as readonly string[]).includes(one as string)),
        );
      } else if (value !== before) pushTo(flat, name, value);
    }
    return flat;
  },

  withdrawn() {
    const names = clientOf(this)
      ?.getHeaderNames()
      .filter((name) => !this.hasHeader(name));
    return names && names.length > 0 ? names : undefined;
  },

  /** Node takes a head that exists for one that is sent. */
  markSent() {
    this._header = ' ';
  },

  markClosed() {
    if (this.finished) this.emit('finish');
    this.destroyed = true;
    this.emit('close');
  },
};

const WRITING = Object.getOwnPropertyDescriptors({ ...writing, ...hooked });

/** As they were spelled. */
function rawNames(response: ServerResponse): string[] {
  return (response as unknown as { getRawHeaderNames(): string[] }).getRawHeaderNames();
}

const CLIENT = Symbol('client');

function clientOf(shim: object): ServerResponse | undefined {
  return (shim as { readonly [CLIENT]?: ServerResponse })[CLIENT];
}

/**
 * For hooks: a response with headers of its own, through which everything else that the framework has put on the
 * client's can be read and called.
 */
export function hookedResponse(
  attempt: MiddlewareAttempt,
  request: RequestShim,
  client: ServerResponse,
): ResponseShim {
  // That of HTTP/2 is not made of the same parts.
  const base = client instanceof ServerResponse ? client : undefined;
  const shim = Object.create(base ?? ServerResponse.prototype) as ResponseShim;
  (ServerResponse as unknown as (this: unknown, request: unknown) => void).call(shim, request);
  Object.defineProperties(shim, WRITING);
  Object.defineProperties(shim, {
    [ATTEMPT]: { value: attempt },
    [CLIENT]: { value: base },
    statusCode: { value: client.statusCode, writable: true },
    statusMessage: { value: '', writable: true },
    writableFinished: { value: false, writable: true },
  });
  if (base) for (const name of rawNames(base)) shim.setHeader(name, base.getHeader(name) as HeaderValue);
  return shim;
}
