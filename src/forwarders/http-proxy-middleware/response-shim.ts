import { EventEmitter } from 'node:events';
import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { MiddlewareAttempt } from './attempt.ts';
import { ATTEMPT } from './attempt-key.ts';
import { inFrontOf } from './in-front-of.ts';

type HeaderValue = number | string | readonly string[];
type Callback = (error?: Error | null) => void;
type HeadersArgument = OutgoingHttpHeaders | readonly OutgoingHttpHeader[] | undefined;

interface Header {
  readonly name: string;
  readonly value: HeaderValue;
}

/**
 * Stands for the client's response in one attempt: what http-proxy-middleware and hooks write to it goes to the attempt,
 * which decides what becomes of it. (No private members: hooks call its methods through a Proxy.)
 */
export class ResponseShim extends EventEmitter {
  readonly [ATTEMPT]: MiddlewareAttempt;
  statusCode = 200;
  statusMessage = '';
  headersSent = false;
  finished = false;
  writableFinished = false;
  destroyed = false;
  sendDate = true;
  /** Made when the first is set: most responses are only passed on. */
  private map: Map<string, Header> | undefined = undefined;

  constructor(attempt: MiddlewareAttempt) {
    super();
    this[ATTEMPT] = attempt;
  }

  protected get lines(): Map<string, Header> {
    return (this.map ??= new Map());
  }

  get writableEnded(): boolean {
    return this.finished;
  }

  get writable(): boolean {
    return !this.finished && !this.destroyed;
  }

  get closed(): boolean {
    return this.destroyed;
  }

  /**
   * True when nobody waits for it any more: a hook may come back long after its attempt was given up.
   * @throws as Node does, when the head has been written.
   */
  private isTooLateTo(what: string): boolean {
    if (!this.headersSent || this.destroyed) return this.destroyed;
    const error = new Error(`Cannot ${what} headers after they are sent to the client`);
    throw Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' });
  }

  setHeader(name: string, value: HeaderValue): this {
    if (this.isTooLateTo('set')) return this;
    this.lines.set(name.toLowerCase(), { name, value });
    return this;
  }

  setHeaders(headers: Iterable<[string, HeaderValue]>): this {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  appendHeader(name: string, value: HeaderValue): this {
    const before = this.getHeader(name);
    return this.setHeader(name, before === undefined ? value : [before, value].flat().map(String));
  }

  getHeader(name: string): HeaderValue | undefined {
    return this.lines.get(name.toLowerCase())?.value;
  }

  hasHeader(name: string): boolean {
    return this.lines.has(name.toLowerCase());
  }

  removeHeader(name: string): void {
    if (!this.isTooLateTo('remove')) this.lines.delete(name.toLowerCase());
  }

  getHeaders(): Record<string, HeaderValue> {
    return Object.fromEntries([...this.lines].map(([name, { value }]) => [name, value]));
  }

  getHeaderNames(): string[] {
    return [...this.lines.keys()];
  }

  getRawHeaderNames(): string[] {
    return [...this.lines.values()].map(({ name }) => name);
  }

  writeHead(status: number, reason?: string | HeadersArgument, given?: HeadersArgument): this {
    if (this.isTooLateTo('write')) return this;
    this.statusCode = status;
    if (typeof reason === 'string') this.statusMessage = reason;
    const headers = typeof reason === 'string' ? given : reason;
    for (const [name, value] of pairsOf(headers)) this.setHeader(name, value);
    this.flushHeaders();
    return this;
  }

  flushHeaders(): void {
    this[ATTEMPT].headWritten();
  }

  write(chunk: string | Uint8Array, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
    if (this.finished) return false;
    const done = typeof encoding === 'function' ? encoding : callback;
    const more = this[ATTEMPT].bodyWritten(bytesOf(chunk, encoding));
    if (done) process.nextTick(done);
    return more;
  }

  end(
    chunk?: string | Uint8Array | Callback | null,
    encoding?: BufferEncoding | Callback,
    callback?: Callback,
  ): this {
    const done = [chunk, encoding, callback].find((one) => typeof one === 'function');
    if (done) this.once('finish', done);
    if (this.finished) return this;
    this.finished = true;
    this.writableFinished = true;
    const last = typeof chunk === 'function' || chunk == null ? undefined : bytesOf(chunk, encoding);
    this[ATTEMPT].bodyEnded(last);
    return this;
  }

  addTrailers(trailers: OutgoingHttpHeaders | readonly [string, string][]): void {
    const pairs = Array.isArray(trailers) ? (trailers as [string, string][]) : Object.entries(trailers);
    this[ATTEMPT].trailersWritten(pairs.flat().map(String));
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this[ATTEMPT].bodyBroken(error);
    return this;
  }

  writeEarlyHints(hints: Record<string, string | string[]>, callback?: () => void): void {
    const flat: string[] = [];
    for (const [name, value] of Object.entries(hints)) pushTo(flat, name, value);
    this[ATTEMPT].relayInformation(103, flat);
    callback?.();
  }

  writeProcessing(): void {
    this[ATTEMPT].relayInformation(102, []);
  }

  writeContinue(): void {
    // The server in front has answered that.
  }

  cork(): void {
    // Nothing is sent from here.
  }

  uncork(): void {
    // Nothing is sent from here.
  }

  /** Names and values as they were set. */
  flatHeaders(): string[] {
    const flat: string[] = [];
    for (const { name, value } of this.lines.values()) pushTo(flat, name, value);
    return flat;
  }

  /** Names of headers that the app had set before, and that were taken away here. */
  withdrawn(): readonly string[] | undefined {
    return undefined;
  }

  /** It is over: whoever cleans up after it may do so. */
  markClosed(): void {
    this.headersSent = true;
    if (this.finished) this.emit('finish');
    this.destroyed = true;
    this.emit('close');
  }
}

/** For hooks: with the headers that the app had set before. */
class OwnResponse extends ResponseShim {
  readonly client: ServerResponse;

  constructor(attempt: MiddlewareAttempt, client: ServerResponse) {
    super(attempt);
    this.client = client;
    this.statusCode = client.statusCode;
    for (const name of rawNamesOf(client)) this.setHeader(name, client.getHeader(name) as HeaderValue);
  }

  /** Without those that are as the app has set them: they are on its own response. */
  override flatHeaders(): string[] {
    const flat: string[] = [];
    for (const { name, value } of this.lines.values()) {
      const before = this.client.getHeader(name);
      if (before === undefined) pushTo(flat, name, value);
      else if (Array.isArray(value))
        pushTo(
          flat,
          name,
          value.filter((one) => ![before].flat().includes(one as string)),
        );
      else if (value !== before) pushTo(flat, name, value);
    }
    return flat;
  }

  override withdrawn(): readonly string[] | undefined {
    const names = this.client.getHeaderNames().filter((name) => !this.hasHeader(name));
    return names.length > 0 ? names : undefined;
  }
}

/**
 * For hooks: a response with headers of its own, through which everything else that the framework has put on the
 * client's can be read and called. Who keeps the second one may write to it directly.
 */
export function hookedResponse(
  attempt: MiddlewareAttempt,
  client: ServerResponse,
): { readonly shim: ServerResponse; readonly own: ResponseShim } {
  const own = new OwnResponse(attempt, client);
  return { shim: inFrontOf(client, own as unknown as ServerResponse), own };
}

function rawNamesOf(response: ServerResponse & { getRawHeaderNames?: () => string[] }): string[] {
  return response.getRawHeaderNames?.() ?? response.getHeaderNames();
}

function bytesOf(chunk: string | Uint8Array, encoding: unknown): Buffer {
  if (typeof chunk !== 'string') return chunk instanceof Buffer ? chunk : Buffer.from(chunk);
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}

function pairsOf(headers: HeadersArgument): [string, HeaderValue][] {
  if (!headers) return [];
  if (!isList(headers)) return Object.entries(headers).filter(hasValue);
  const flat = headers.flat() as HeaderValue[];
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[String(name), flat[i + 1] as HeaderValue]] : []));
}

function isList(
  headers: OutgoingHttpHeaders | readonly OutgoingHttpHeader[],
): headers is readonly OutgoingHttpHeader[] {
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
