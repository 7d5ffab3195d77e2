import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import { isUnsent } from '../engine/attempt.ts';
import type { Clock } from '../engine/clock.ts';
import { requestHeaders } from '../engine/request-headers.ts';
import { responseHeaders, trailers, withoutLength } from '../engine/response-headers.ts';
import { rewriteRequest } from '../engine/rewrite/request.ts';
import { HookError } from '../engine/hooks.ts';
import type {
  Attempt,
  Cancellable,
  CauseCode,
  Exchange,
  Failed,
  Outcome,
  Phase,
  Reached,
} from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { isBackendFailure } from '../failure/verdict.ts';
import { nameFailure } from './attempt-failure.ts';
import { DirectResponse } from './direct-response.ts';
import type { IdleAge } from './idle-age.ts';
import type { Lane } from './lane.ts';
import type { PlaintextCheck } from './plaintext-check.ts';
import { faultInHead, isEventStream, rawBytes, sendableReason } from './response-head.ts';
import { acceptSwitch } from './upgrade-switch.ts';

type Controller = Dispatcher.DispatchController;
type Parsed = Record<string, string | string[] | undefined>;

export interface AttemptContext {
  readonly clock: Clock;
  readonly name: string;
  readonly plaintext: PlaintextCheck;
  readonly idleAge: IdleAge;
}

/** Why we aborted ourselves; the real reason is kept beside it. */
const GIVEN_UP = new Error('given up by the gateway');

/** They are met while it is being found out of what else an attempt has failed. */
const LIMITS: ReadonlySet<CauseCode> = new Set(['first_byte_timeout', 'deadline_exceeded']);

/** One try on the direct lane, from dispatch to the response head. Settles exactly once. */
export class DirectAttempt implements Dispatcher.DispatchHandler, Cancellable {
  /** Set by the lane on dispatch. */
  lane: Lane | undefined = undefined;
  readonly #exchange: Exchange;
  readonly #attempt: Attempt;
  readonly #context: AttemptContext;
  readonly #resolve: (outcome: Outcome) => void;
  #settled = false;
  #hasLeft = false;
  #controller: Controller | undefined;
  #response: DirectResponse | undefined;
  /** What it has failed of, unless that port turns out to expect TLS. */
  #doubted: Failed | undefined;
  #reused = false;
  #bytesBefore = 0;

  constructor(
    exchange: Exchange,
    attempt: Attempt,
    context: AttemptContext,
    resolve: (outcome: Outcome) => void,
  ) {
    this.#exchange = exchange;
    this.#attempt = attempt;
    this.#context = context;
    this.#resolve = resolve;
  }

  get startedAt(): number {
    return this.#attempt.startedAt;
  }

  get connectMs(): number {
    return this.#exchange.settings.timeouts.connectMs;
  }

  start(pool: Pick<Dispatcher, 'dispatch'>): void {
    const { request, body, upgrade, settings } = this.#exchange;
    const { target } = this.#attempt;
    this.#exchange.waiting = this;
    this.#attempt.running = this;
    try {
      const headers = requestHeaders(this.#exchange, target, this.#context.name);
      const { path, request: edit } = settings.rewrite;
      const asked = path || edit ? rewriteRequest(this.#exchange, target, headers) : request.path;
      const source = body.open(this.#attempt);
      // Opening the body may find that the client sent too much.
      if (this.#exchange.cancelled) return this.cancel(this.#exchange.cancelled);
      pool.dispatch(
        {
          path: target.prefix + asked,
          method: request.method as Dispatcher.HttpMethod,
          headers,
          body: source,
          // A body sent to HEAD against the rules would pass for the next response: that connection is closed.
          // For the others, no reset: undici would spend a connection on each GET or DELETE with a body.
          reset: request.method === 'HEAD' || upgrade !== undefined,
          upgrade,
          // Else undici takes it from the Host header, that is, from the client, and reconnects when it changes.
          servername: target.hostname,
        } as Dispatcher.DispatchOptions,
        this,
      );
    } catch (error) {
      this.#leaveLane();
      this.#end('configuration_error', 'no');
      // The layer that names hooks and logs them stands above.
      if (error instanceof HookError) throw error;
      this.#resolve(failed('configuration_error', { error }));
    }
  }

  enterPhase(phase: Phase): void {
    this.#attempt.phase = phase;
  }

  cancel(failure: Failed): void {
    if (this.#response) return this.#response.cancel(failure);
    if (this.#settled) return;
    if (this.#doubted && LIMITS.has(failure.cause)) return this.#fail(this.#doubted);
    // The cause may lie elsewhere (a client that leaves, a gateway that closes); the bytes are out all the same.
    const sent = failure.reached === 'no' ? 'maybe' : failure.reached;
    this.#fail({ ...failure, reached: isUnsent(this.#attempt.phase) ? 'no' : sent });
    if (this.#controller) this.#controller.abort(GIVEN_UP);
    // Its connection's place may be another attempt's by now.
    else if (!this.#hasLeft) this.lane?.abortConnecting(GIVEN_UP);
  }

  onRequestStart(controller: Controller): void {
    const { lane } = this;
    if (this.#settled || !lane) return controller.abort(GIVEN_UP);
    this.#controller = controller;
    this.#reused = lane.isReused && lane.wasIdle;
    this.#bytesBefore = lane.socket?.bytesRead ?? 0;
    if (this.#attempt.phase !== 'select') this.#attempt.connectedAt = this.#context.clock.now();
    this.#attempt.phase = 'send';
    lane.expectHead();
  }

  onRequestSent(): void {
    this.#attempt.sentAt = this.#context.clock.now();
    if (this.#attempt.phase === 'send') this.#attempt.phase = 'wait';
  }

  onResponseStart(controller: Controller, status: number, parsed: Parsed, reason?: string): void {
    if (this.#settled) return;
    if (status >= 100 && status < 200 && status !== 101) return this.#passInterim(controller, status, parsed);
    this.lane?.forgetHead();
    const fault = faultInHead(status, parsed['transfer-encoding']);
    if (fault) {
      this.#fail(failed(fault));
      return controller.abort(GIVEN_UP);
    }
    this.#attempt.answeredAt = this.#context.clock.now();
    this.#attempt.phase = 'body';
    this.#attempt.status = status;
    if (isBackendFailure(status)) this.#attempt.cause = 'backend_status';
    const { headers, repeated } = responseHeaders(
      rawBytes(controller.rawHeaders ?? parsed),
      parsed['connection'],
      this.#context.name,
      this.#version,
    );
    this.#response = new DirectResponse(
      {
        status,
        statusText: sendableReason(reason),
        headers: status === 204 ? withoutLength(headers) : headers,
        hasRepeatedHeaders: repeated,
        isEventStream: isEventStream(parsed['content-type']),
      },
      { controller, exchange: this.#exchange, attempt: this.#attempt, clock: this.#context.clock },
    );
    this.#settled = true;
    this.#resolve(this.#response);
  }

  /** The head that counts is still to come. A 100 of HTTP/2 ends here: nobody has asked for it. */
  #passInterim({ rawHeaders }: Controller, status: number, parsed: Parsed): void {
    const { onInterim } = this.#exchange;
    if (!onInterim || status === 100) return;
    const raw = rawBytes(rawHeaders ?? parsed);
    const { headers } = responseHeaders(raw, parsed['connection'], this.#context.name, this.#version);
    onInterim(status, withoutLength(headers));
  }

  /** Of HTTP, in which the backend answers. */
  get #version(): string {
    return this.lane?.isHttp2 ? '2.0' : '1.1';
  }

  /** From here on undici has nothing to do with the connection, and says nothing of it any more. */
  onRequestUpgrade(controller: Controller, _status: 101, parsed: Parsed, socket: Duplex): void {
    if (this.lane) this.lane.socket = undefined;
    this.#leaveLane();
    this.#controller = undefined;
    if (this.#settled) return void socket.destroy();
    const outcome = acceptSwitch(
      { raw: rawBytes(controller.rawHeaders), parsed, socket },
      { exchange: this.#exchange, attempt: this.#attempt, clock: this.#context.clock },
      this.#context.name,
    );
    if (outcome.kind === 'failed') return this.#fail(outcome);
    this.#settled = true;
    this.#resolve(outcome);
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#response?.receive(chunk);
  }

  onResponseEnd(controller: Controller, trailing?: unknown): void {
    if (this.lane?.failure) this.#response?.fail(failed('response_truncated'));
    else this.#response?.finish(trailers(rawBytes(controller.rawTrailers ?? trailing)));
    this.#leaveLane();
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    this.#leaveLane();
    this.#controller = undefined;
    if (this.#settled && !this.#response) return;
    if (this.#response?.isWholeDespite(error)) return this.#response.finish(undefined);
    const failure = nameFailure(error, {
      attempt: this.#attempt,
      lane: this.lane,
      isReused: this.#reused,
      bytesBefore: this.#bytesBefore,
      idleAge: this.#context.idleAge,
      now: this.#context.clock.now(),
    });
    if (this.#response) this.#response.fail(failure);
    else if (failure.cause === 'closed_before_response' && failure.reached === 'maybe') this.#doubt(failure);
    else this.#fail(failure);
  }

  #leaveLane(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.lane?.release(this, this.#attempt.endedAt ?? this.#context.clock.now());
  }

  /** A port that expects TLS closes on plain HTTP without a word: worth a look, once. */
  #doubt(failure: Failed): void {
    this.#doubted = failure;
    this.#context.plaintext.check(this.#attempt.target, (isTls) => {
      this.#fail(isTls ? failed('plaintext_on_tls_port', { error: failure.error }) : failure);
    });
  }

  #fail(failure: Failed): void {
    if (this.#settled) return;
    this.#end(failure.cause, failure.reached);
    this.#resolve(failure);
  }

  #end(cause: CauseCode, reached: Reached): void {
    this.#settled = true;
    const attempt = this.#attempt;
    attempt.endedAt = this.#context.clock.now();
    attempt.cause = cause;
    attempt.reached = reached;
    attempt.running = undefined;
    if (this.#exchange.waiting === this) this.#exchange.waiting = undefined;
  }
}
