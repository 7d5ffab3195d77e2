import type { Dispatcher } from 'undici';
import type { Clock, Timer } from '../engine/clock.ts';
import { valuesOf } from '../engine/headers.ts';
import type {
  Attempt,
  Ending,
  Exchange,
  Failed,
  RawHeaders,
  Responded,
  Sink,
  Verdict,
} from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { IGNORED, verdictOfStatus } from '../failure/verdict.ts';

export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  readonly hasRepeatedHeaders: boolean;
  readonly isEventStream: boolean;
  readonly withdrawn?: readonly string[] | undefined;
}

/** The backend's side of a response. */
export type ResponseSource = Pick<Dispatcher.DispatchController, 'abort' | 'pause' | 'resume'>;

export interface ResponseContext {
  readonly controller: ResponseSource;
  readonly exchange: Exchange;
  readonly attempt: Attempt;
  readonly clock: Clock;
  /** Where the status is not that of the backend. */
  readonly verdict?: Verdict;
}

/** Kept of a body that nobody asked for yet; beyond it the backend is paused. */
const KEPT_BYTES = 65_536;
/** A dropped body is read to its end within this, so that the connection lives on; else destroyed. */
const DRAIN_BYTES = 65_536;
const DRAIN_MS = 50;

/** A response whose body goes from undici's parser straight to the sink, without a stream in between. */
export class DirectResponse implements Responded {
  readonly kind = 'responded';
  readonly status: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  readonly hasRepeatedHeaders: boolean;
  readonly isEventStream: boolean;
  readonly withdrawn: readonly string[] | undefined;
  readonly #context: ResponseContext;
  readonly #verdict: Verdict;
  #ending: Ending | undefined;
  #listener: ((ending: Ending) => void) | undefined;
  #state: 'kept' | 'relaying' | 'draining' | 'over' = 'kept';
  #kept: Buffer[] = [];
  #bytes = 0;
  #sink: Sink | undefined;
  #paused = false;
  #complete = false;
  #failure: Failed | undefined;
  #trailers: RawHeaders | undefined;
  #timer: Timer | undefined;
  #movedAt = 0;

  constructor(head: ResponseHead, context: ResponseContext) {
    this.status = head.status;
    this.statusText = head.statusText;
    this.headers = head.headers;
    this.#context = context;
    this.#verdict = context.verdict ?? verdictOfStatus(head.status);
    this.hasRepeatedHeaders = head.hasRepeatedHeaders;
    this.isEventStream = head.isEventStream;
    this.withdrawn = head.withdrawn;
  }

  get complete(): boolean {
    return this.#complete;
  }

  relay(sink: Sink): Promise<Ending> {
    if (this.#state !== 'kept') return this.#whenEnded();
    this.#state = 'relaying';
    this.#sink = sink;
    // A response that was held: in the meantime something else waited on behalf of the exchange.
    this.#context.exchange.waiting = this.#context.attempt.running;
    const kept = this.#kept;
    this.#kept = [];
    const last = this.#complete ? kept.pop() : undefined;
    for (const chunk of kept) sink.write(chunk);
    if (this.#complete) this.#endSink(last);
    else if (this.#failure) this.#break(this.#failure);
    else {
      if (kept.length === 0) sink.flush();
      this.#watchIdle();
      this.#resume();
    }
    return this.#whenEnded();
  }

  onEnded(listener: (ending: Ending) => void): void {
    if (this.#ending) return listener(this.#ending);
    const earlier = this.#listener;
    this.#listener = earlier ? (ending) => (earlier(ending), listener(ending)) : listener;
  }

  discard(): void {
    if (this.#state !== 'kept') return;
    this.#kept = [];
    if (this.#complete || this.#failure) return this.#over({ verdict: this.#verdict, bytes: this.#bytes });
    if (this.#bytes > DRAIN_BYTES) return this.#abort({ verdict: this.#verdict, bytes: this.#bytes });
    this.#state = 'draining';
    const giveUp = (): void => this.#abort({ verdict: this.#verdict, bytes: this.#bytes });
    this.#timer = this.#context.clock.after(DRAIN_MS, giveUp);
    this.#resume();
  }

  /** The exchange is given up: by the client, or by its deadline. */
  cancel(failure: Failed): void {
    if (this.#state === 'over') return;
    this.#sink?.break();
    const { verdict, cause, error } = failure;
    this.#abort({ verdict, bytes: this.#bytes, cause, error });
  }

  receive(chunk: Buffer): void {
    this.#bytes += chunk.length;
    switch (this.#state) {
      case 'kept':
        this.#kept.push(chunk);
        if (this.#bytes > KEPT_BYTES) this.#pause();
        return;
      case 'relaying':
        this.#movedAt = this.#context.clock.now();
        this.#pass(chunk);
        return;
      case 'draining':
        if (this.#bytes > DRAIN_BYTES) this.#abort({ verdict: this.#verdict, bytes: this.#bytes });
        return;
      case 'over':
        return;
    }
  }

  /** What a middleware's `write` throws is not the backend's fault. */
  #pass(chunk: Buffer): void {
    try {
      if (this.#sink?.write(chunk) === false) this.#waitForSink(this.#sink);
    } catch (error) {
      this.cancel(failed('gateway_error', { error }));
    }
  }

  finish(trailers: RawHeaders | undefined): void {
    this.#complete = true;
    this.#trailers = trailers;
    if (this.#state === 'relaying') this.#endSink(undefined);
    else if (this.#state === 'draining') this.#over({ verdict: this.#verdict, bytes: this.#bytes });
  }

  /**
   * undici counts a space behind the digits of a length as one of them, and then takes a complete body for one of
   * another length.
   */
  isWholeDespite({ code }: NodeJS.ErrnoException): boolean {
    if (code !== 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return false;
    const [announced = '', ...others] = valuesOf(this.headers, 'content-length');
    return others.length === 0 && /^\d+$/.test(announced) && Number(announced) === this.#bytes;
  }

  fail(failure: Failed): void {
    this.#failure = failure;
    if (this.#state === 'relaying') this.#break(failure);
    else if (this.#state === 'draining') this.#over({ verdict: this.#verdict, bytes: this.#bytes });
  }

  #endSink(last: Buffer | undefined): void {
    this.#sink?.end(last, this.#trailers);
    this.#over({ verdict: this.#verdict, bytes: this.#bytes });
  }

  /** The body broke off: so must the client's connection, or it would take the stump for the whole. */
  #break(failure: Failed): void {
    this.#sink?.break();
    this.#over({ verdict: failure.verdict, bytes: this.#bytes, cause: failure.cause });
  }

  #abort(ending: Ending): void {
    this.#over(ending);
    this.#context.controller.abort(new Error('given up by the gateway'));
  }

  #over(ending: Ending): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#timer?.cancel();
    const { attempt, exchange, clock } = this.#context;
    attempt.endedAt = clock.now();
    attempt.reached = 'yes';
    if (ending.cause) attempt.cause = ending.cause;
    if (exchange.waiting === attempt.running) exchange.waiting = undefined;
    attempt.running = undefined;
    this.#ending = ending;
    this.#listener?.(ending);
  }

  #whenEnded(): Promise<Ending> {
    return this.#ending ? Promise.resolve(this.#ending) : new Promise((resolve) => this.onEnded(resolve));
  }

  #pause(): void {
    this.#paused = true;
    this.#context.controller.pause();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#movedAt = this.#context.clock.now();
    this.#context.controller.resume();
  }

  #waitForSink(sink: Sink): void {
    this.#pause();
    sink.onDrain(() => {
      if (this.#state === 'relaying') this.#resume();
    });
  }

  /** One timer for the whole body, looked at when it fires: a chunk costs no timer. */
  #watchIdle(): void {
    const { clock, exchange } = this.#context;
    const { idleMs } = exchange.settings.timeouts;
    this.#movedAt = clock.now();
    if (idleMs === Infinity) return;
    const look = (): void => {
      // Silence is normal in an event stream; a client that stops reading it is not.
      const isPatient = this.isEventStream && !this.#paused;
      const leftMs = isPatient ? idleMs : this.#movedAt + idleMs - clock.now();
      if (leftMs > 0) this.#timer = clock.after(leftMs, look);
      else
        this.cancel(
          this.#paused ? failed('client_aborted', { verdict: IGNORED }) : failed('body_idle_timeout'),
        );
    };
    this.#timer = clock.after(idleMs, look);
  }
}
