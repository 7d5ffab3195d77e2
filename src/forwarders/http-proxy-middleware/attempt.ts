import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isUnsent } from '../../engine/attempt.ts';
import type { Timer } from '../../engine/clock.ts';
import { valuesOf } from '../../engine/headers.ts';
import { HookError } from '../../engine/hooks.ts';
import { requestHeaders } from '../../engine/request-headers.ts';
import { rewriteRequest } from '../../engine/rewrite/request.ts';
import { responseHeaders, trailers, withoutLength } from '../../engine/response-headers.ts';
import type {
  Attempt,
  Cancellable,
  CauseCode,
  Exchange,
  Failed,
  Outcome,
  Phase,
  RawHeaders,
  Reached,
  Verdict,
} from '../../engine/types.ts';
import { failed } from '../../failure/failed.ts';
import { IGNORED, isBackendFailure, verdictOfStatus } from '../../failure/verdict.ts';
import type { Connecting } from '../connector.ts';
import type { DialRequest } from '../direct.ts';
import { DirectResponse, type ResponseHead, type ResponseSource } from '../direct-response.ts';
import { faultInHead, isEventStream, sendableReason } from '../response-head.ts';
import { BodyFeed, type FeedEvents, type FeedSource } from './body-feed.ts';
import type { MiddlewareContext } from './context.ts';
import { guardRequest } from './request-guard.ts';
import { bareRequest, hookedRequest, type RequestShim, type ShimHeaders } from './request-shim.ts';
import { hookedResponse, ResponseShim } from './response-shim.ts';
import { shimHeaders } from './shim-headers.ts';
import { Wire } from './wire.ts';

/** Why we aborted ourselves; the real reason is kept beside it. */
const GIVEN_UP = new Error('given up by the gateway');

/** Limits that say less than what is known already. */
const LIMITS: ReadonlySet<CauseCode> = new Set(['first_byte_timeout', 'deadline_exceeded']);

/**
 * One try through http-proxy-middleware, up to the response head. It gets a request and a response of its own, and
 * whatever it or a hook does to them is judged here before a client sees any of it. Settles exactly once.
 */
export class MiddlewareAttempt implements Cancellable, ResponseSource, DialRequest, FeedEvents {
  /** The connection that is being made for it; set by the agent. */
  connecting: Connecting | undefined = undefined;
  protected readonly exchange: Exchange;
  protected readonly attempt: Attempt;
  protected readonly context: MiddlewareContext;
  protected readonly wire: Wire;
  readonly #resolve: (outcome: Outcome) => void;
  #settled = false;
  /** The path, where it is not the client's. */
  #rewritten: string | undefined;
  /** Nothing that is written any more counts. */
  #isOver = false;
  #requestShim: RequestShim | undefined;
  #responseShim: ResponseShim | undefined;
  #feed: BodyFeed | undefined;
  #isHandedOver = false;
  #request: ClientRequest | undefined;
  #answer: IncomingMessage | undefined;
  /** The same, where it goes to the client as it is. */
  #relayed: IncomingMessage | undefined;
  #response: DirectResponse | undefined;
  #isPaused = false;
  /** A failure that may yet turn out to be another one. */
  #doubted: Failed | undefined;
  #trailers: RawHeaders | undefined;
  /** Kept from http-proxy-middleware, which could not read it. */
  #location: string | undefined;
  #hookTimer: Timer | undefined;

  constructor(
    exchange: Exchange,
    attempt: Attempt,
    context: MiddlewareContext,
    resolve: (outcome: Outcome) => void,
  ) {
    this.exchange = exchange;
    this.attempt = attempt;
    this.context = context;
    this.wire = new Wire(attempt, context);
    this.#resolve = resolve;
  }

  get connectMs(): number {
    return this.exchange.settings.timeouts.connectMs;
  }

  /** Given up, or answered: what comes now is for nobody. */
  get isSettled(): boolean {
    return this.#settled;
  }

  /** @throws HookError, which the layers above name and log. */
  start(): void {
    const { exchange, attempt } = this;
    exchange.waiting = this;
    attempt.running = this;
    try {
      const flat = requestHeaders(exchange, attempt.target, this.context.name);
      const { path, request: edit } = exchange.settings.rewrite;
      if (path || edit) this.#rewritten = rewriteRequest(exchange, attempt.target, flat);
      const headers = shimHeaders(exchange, flat, this.context.settings.xfwd);
      const source = exchange.body.missing ? 'missing' : exchange.body.open(attempt);
      // Opening the body may find that the client sent too much.
      if (exchange.cancelled) return this.cancel(exchange.cancelled);
      this.send(headers, source);
    } catch (error) {
      this.#end('configuration_error', 'no');
      if (error instanceof HookError) throw error;
      this.#resolve(failed('configuration_error', { error }));
    }
  }

  enterPhase(phase: Phase): void {
    this.attempt.phase = phase;
    if (phase === 'send' && this.#isHandedOver) this.handedOver();
  }

  cancel(failure: Failed): void {
    if (this.#response) return this.#response.cancel(failure);
    if (this.#settled) return;
    if (this.#doubted && LIMITS.has(failure.cause)) return this.fail(this.#doubted);
    // The backend has answered: what takes its time is a hook that collects the body, or changes it.
    if (this.#answer && failure.cause === 'first_byte_timeout') return this.#watchHook(this.#answer);
    if (failure.cause === 'client_aborted') this.#tellHooksOfAbort();
    // The cause may lie elsewhere (a client that leaves, a gateway that closes); the bytes are out all the same.
    const sent = failure.reached === 'no' ? 'maybe' : failure.reached;
    this.fail({ ...failure, reached: isUnsent(this.attempt.phase) ? 'no' : sent });
  }

  /** The control point: what http-proxy-middleware is told for this attempt alone. Returns the target. */
  configure(options: object): unknown {
    const { route, settings } = this.context;
    if (this.#settled || !this.#requestShim) throw GIVEN_UP;
    const raw = settings.toProxy ? this.exchange.client?.message.url : undefined;
    this.#requestShim.url = this.#rewritten ?? raw ?? this.exchange.request.path;
    const agent = this.exchange.upgrade === undefined ? route.agent : route.upgradeAgent;
    Object.assign(options, { agent, ssl: route.requestOptions(this), buffer: this.#feed });
    return route.url;
  }

  /** A request was made for it, and nothing sent yet: by an agent, or for a redirect that is followed. */
  made(request: ClientRequest): void {
    if (this.#request === request) return;
    if (this.#request) this.wire.redirected();
    this.#request = request;
    guardRequest(request, this);
  }

  /** From then on hooks may see it. */
  connected(request: ClientRequest, socket: Socket): void {
    this.wire.connected(request, socket, this);
  }

  /** All hooks have seen the request. */
  released(): void {
    const shim = this.#requestShim;
    if (!shim) return;
    const { mirror, settings } = this.context;
    if (settings.isHooked && shim.listenerCount('data') + shim.listenerCount('end') > 0) {
      this.#feed?.watch((chunk) => void (chunk === null ? shim.emit('end') : shim.emit('data', chunk)));
    }
    // Once for all attempts.
    if (mirror && this.attempt.number === 1) this.#feed?.watch(mirror.open(shim));
  }

  /** What a request ran into. */
  requestFailed(error: Error): void {
    if (this.#isOver || (this.#settled && !this.#response)) return;
    // What comes behind a complete response is no part of it: Node closes the connection, and that is enough.
    if (this.#answer?.complete === true) return;
    if (this.#answer) return this.bodyBroken(error);
    // What http-proxy-middleware or Node will not even begin to send.
    if (!this.#request) return this.fail(failed('configuration_error', { error, reached: 'no' }));
    const failure = this.wire.name(error);
    const isDoubtful = failure.cause === 'closed_before_response' && failure.reached === 'maybe';
    if (!isDoubtful) return this.fail(failure);
    this.#doubted = failure;
    this.context.checkPlaintext(this.attempt.target, (isTls) => {
      this.fail(isTls ? failed('plaintext_on_tls_port', { error: failure.error }) : failure);
    });
  }

  /** False: nobody else is to see it. */
  mayRespond(message: IncomingMessage): boolean {
    if (this.#settled) {
      message.destroy();
      return false;
    }
    // Where Location is read, one that is no URL would throw.
    if (this.context.settings.readsLocation) this.#setAsideLocation(message);
    return true;
  }

  /** A backend's response, before hooks have seen it. */
  responded(message: IncomingMessage): void {
    this.#answer = message;
    const breaks = (error: Error): void => this.bodyBroken(error);
    message.on('error', breaks).on('close', () => {
      // Broken off, or given up by a hook; complete or not, it will not be read to its end.
      if (!message.readableEnded) breaks(new Error('aborted'));
    });
    if (this.#settled) return void message.destroy();
    const status = message.statusCode ?? 0;
    const fault = faultInHead(status, message.headers['transfer-encoding']) ?? this.#codingFault(message);
    if (fault) return this.fail(failed(fault));
    const { attempt } = this;
    attempt.answeredAt = this.context.clock.now();
    attempt.phase = 'body';
    attempt.status = status;
    if (isBackendFailure(status)) attempt.cause = 'backend_status';
    if (this.context.settings.isPlain) this.relayFrom(message);
  }

  /** Nobody asked for it: the connection is of no use to anybody. */
  switched(_message: IncomingMessage, socket: Socket, _head: Buffer): void {
    socket.destroy();
    this.fail(failed('upgrade_failed'));
  }

  /** Those that come before the response: they say nothing about it. */
  relayInformation(status: number, raw: RawHeaders): void {
    const { onInterim } = this.exchange;
    if (this.#settled || !onInterim || status === 100) return;
    const connection = valuesOf(raw, 'connection');
    onInterim(status, withoutLength(responseHeaders(raw, connection, this.context.name).headers));
  }

  /** A hook has thrown, or what it promised has failed. */
  hookThrew(hook: string, thrown: unknown): void {
    const error = thrown instanceof HookError ? thrown : new HookError(hook, thrown);
    const reached = this.#answer ? 'yes' : isUnsent(this.attempt.phase) ? 'no' : 'maybe';
    const failure = failed('configuration_error', { error, detail: `${error.message}.`, reached });
    if (!this.#settled) return this.fail(failure);
    // Too late for an answer that says so.
    this.context.logger.error({ err: error, cause: failure.cause }, 'a configured function threw');
    if (!this.#isOver && this.#response) this.#breakOff(this.#response, failure);
  }

  /** The head is as http-proxy-middleware and the hooks want it. */
  headWritten(): void {
    const shim = this.#responseShim;
    if (this.#settled || !shim) return;
    // A hook that answers by itself has no use for the backend.
    if (!this.#answer) this.#answerWithoutBackend(shim.statusCode);
    this.#respondAs(shim);
    shim.headersSent = true;
  }

  /** False: wait for 'drain'. */
  bodyWritten(bytes: Buffer): boolean {
    this.headWritten();
    if (this.#isOver || !this.#response) return true;
    if (bytes.length > 0) this.#response.receive(bytes);
    return !this.#isPaused;
  }

  trailersWritten(given: readonly string[]): void {
    this.#trailers = trailers(given);
  }

  bodyEnded(last: Buffer | undefined): void {
    if (last) this.bodyWritten(last);
    else this.headWritten();
    if (this.#isOver || !this.#response) return;
    const raw = this.context.settings.isSelfHandled ? undefined : this.#answer?.rawTrailers;
    this.finish(this.#response, raw);
  }

  /** A response to which nothing is done. */
  protected relayFrom(message: IncomingMessage): void {
    this.#relayed = message;
    const { rawHeaders, headers: parsed, statusCode: status = 0, statusMessage } = message;
    const { headers, repeated } = responseHeaders(rawHeaders, parsed.connection, this.context.name);
    const response = this.respond(
      {
        status,
        statusText: sendableReason(statusMessage),
        headers: status === 204 ? withoutLength(headers) : headers,
        hasRepeatedHeaders: repeated,
        isEventStream: isEventStream(parsed['content-type']),
      },
      verdictOfStatus(status),
    );
    message.on('data', (chunk: Buffer) => response.receive(chunk));
    message.on('end', () => this.finish(response, message.rawTrailers));
  }

  protected finish(response: DirectResponse, raw: RawHeaders | undefined): void {
    if (this.#responseShim) this.#responseShim.finished = this.#responseShim.writableFinished = true;
    response.finish(this.#trailers ?? (raw && raw.length > 0 ? trailers(raw) : undefined));
    this.#close();
  }

  /** The backend broke off, or a hook gave up: what was written so far is not the whole. */
  bodyBroken(error: Error | undefined): void {
    if (this.#isOver) return;
    const failure = this.wire.name(error ?? new Error('aborted'));
    if (!this.#response) return this.fail(failure);
    this.#breakOff(this.#response, failure);
    this.context.onBroken?.(this.exchange, failure);
  }

  pause(): void {
    this.#isPaused = true;
    this.#relayed?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#relayed) this.#relayed.resume();
    else this.#responseShim?.emit('drain');
  }

  /** The response is given up, by its reader. */
  abort(): void {
    this.#close();
    this.#hangUp();
  }

  fail(failure: Failed): void {
    if (this.#settled) return;
    this.#end(failure.cause, failure.reached);
    this.#close();
    this.#hangUp();
    this.#resolve(failure);
  }

  /** For who cleans up. */
  protected closed(): void {
    this.#responseShim?.markClosed();
  }

  protected makeRequest(headers: ShimHeaders): RequestShim {
    const { client } = this.exchange;
    const isHooked = this.context.settings.isHooked && client;
    this.#requestShim = isHooked
      ? hookedRequest(this, this.exchange, client.message, headers)
      : bareRequest(this, this.exchange, headers);
    return this.#requestShim;
  }

  /** A hook has written a body of its own. */
  get isBodyWritten(): boolean {
    return this.#request?.headersSent === true;
  }

  /** No hook has, though nobody else can. */
  bodyMissing(): void {
    this.fail(failed('request_body_consumed'));
  }

  /** The whole request was handed over. */
  handedOver(): void {
    this.#isHandedOver = true;
    const { attempt } = this;
    if (attempt.phase !== 'send') return;
    attempt.sentAt = this.context.clock.now();
    attempt.phase = 'wait';
  }

  /** Begins the response that the client gets. */
  protected respond(head: ResponseHead, verdict: Verdict): DirectResponse {
    const { attempt, exchange, context } = this;
    const { clock } = context;
    const response = new DirectResponse(head, { controller: this, exchange, attempt, clock, verdict });
    this.#response = response;
    this.settle(response);
    return response;
  }

  /** Settles with what is not a response of http-proxy-middleware's. */
  protected settle(outcome: Outcome): void {
    this.#settled = true;
    this.#resolve(outcome);
  }

  protected send(headers: ShimHeaders, source: FeedSource): void {
    const { exchange, context } = this;
    this.#feed = new BodyFeed(source, this);
    const { client } = exchange;
    const isHooked = context.settings.isHooked && client;
    const request = this.makeRequest(headers);
    const { shim: response, own } = isHooked ? hookedResponse(this, client.response) : plainResponse(this);
    this.#responseShim = own;
    // Its own pipe begins when the head is as it should be; a hook's may begin before.
    const { isPlain, isSelfHandled } = context.settings;
    if (!isPlain && !isSelfHandled) own.once('pipe', () => this.headWritten());
    context.instance.send(request, response);
  }

  /** The head may be on its way already: all that is left is to break the connection. */
  #breakOff(response: DirectResponse, failure: Failed): void {
    response.fail(failure);
    this.#close();
    this.#hangUp();
  }

  /**
   * Node shows a coding without the tab behind it, for which its parser has not taken it for chunked: the chunks are
   * still in the body, and only that it has to be ended by the connection tells.
   */
  #codingFault({ headers, httpVersion }: IncomingMessage): CauseCode | undefined {
    if (headers['transfer-encoding'] === undefined || httpVersion !== '1.1') return undefined;
    const isEnded = this.#request?.shouldKeepAlive === false && this.context.settings.agent === undefined;
    return isEnded && headers.connection === undefined ? 'response_coding_error' : undefined;
  }

  #setAsideLocation({ headers }: IncomingMessage): void {
    const { location } = headers;
    if (location === undefined || URL.canParse(location, this.context.route.url.href)) return;
    this.#location = location;
    delete headers.location;
  }

  /** It has as long as the backend goes on sending, and once more when that is over. */
  #watchHook(answer: IncomingMessage): void {
    const { idleMs } = this.exchange.settings.timeouts;
    if (idleMs === Infinity) return;
    const before = this.wire.bytesRead;
    this.#hookTimer = this.context.clock.after(idleMs, () => {
      if (this.wire.bytesRead > before) this.#watchHook(answer);
      else if (answer.complete) this.hookThrew('on.proxyRes', new Error('it has not answered'));
      else this.fail(failed('body_idle_timeout'));
    });
  }

  #tellHooksOfAbort(): void {
    const error = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const { instance, route } = this.context;
    instance.tell('econnreset', error, this.#requestShim, this.#responseShim, route.url);
  }

  #answerWithoutBackend(status: number): void {
    const { attempt } = this;
    attempt.answeredAt = this.context.clock.now();
    attempt.phase = 'body';
    attempt.status = status;
    this.#settled = true;
    this.#hangUp();
  }

  #respondAs(shim: ResponseShim): void {
    const { context } = this;
    const raw = shim.flatHeaders();
    if (this.#location !== undefined) raw.push('Location', this.#location);
    const { headers, repeated } = responseHeaders(raw, this.#answer?.headers.connection, context.name);
    const type = this.#answer?.headers['content-type'];
    this.respond(
      {
        status: shim.statusCode,
        statusText: sendableReason(shim.statusMessage),
        headers: shim.statusCode === 204 ? withoutLength(headers) : headers,
        hasRepeatedHeaders: repeated,
        isEventStream: isEventStream(type),
        withdrawn: shim.withdrawn(),
      },
      // Hooks may change the status that the client gets, not what the backend is judged by.
      this.#answer ? verdictOfStatus(this.#answer.statusCode ?? 0) : IGNORED,
    );
  }

  /** Nothing is written to it any more; http-proxy-middleware and hooks clean up on 'close'. */
  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hookTimer?.cancel();
    process.nextTick(() => this.closed());
  }

  #hangUp(): void {
    this.connecting?.abort(GIVEN_UP);
    if (this.#request) {
      this.context.route.forget(this.#request);
      this.#request.destroy(GIVEN_UP);
    }
    this.#answer?.destroy();
  }

  #end(cause: CauseCode, reached: Reached): void {
    this.#settled = true;
    const { attempt, exchange } = this;
    attempt.endedAt = this.context.clock.now();
    attempt.cause = cause;
    attempt.reached = reached;
    attempt.running = undefined;
    if (exchange.waiting === this) exchange.waiting = undefined;
  }
}

function plainResponse(attempt: MiddlewareAttempt): ReturnType<typeof hookedResponse> {
  const own = new ResponseShim(attempt);
  return { shim: own as unknown as ServerResponse, own };
}
