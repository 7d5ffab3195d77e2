import type { Readable } from 'node:stream';
import { isUnsent } from './attempt.ts';
import { BodySource } from './body-source.ts';
import type { Clock, Timer } from './clock.ts';
import type { ReplayStore } from './replay-store.ts';
import type { Attempt, CauseCode, RequestBody } from './types.ts';

/** A request without a body. Shared: it has no state. */
export const EMPTY_BODY: RequestBody = {
  empty: true,
  length: undefined,
  receivedAt: 0,
  replayable: true,
  shareable: true,
  reserialized: false,
  open: () => null,
  commit: () => undefined,
  close: () => undefined,
};

/** One that a parser has read and that cannot be written anew, but for a hook of the user's. Shared: it has no state. */
export const MISSING_BODY: RequestBody = { ...EMPTY_BODY, empty: false, missing: true };

/** A body that is in memory as a whole: what a body parser left, serialised again. */
export class BufferedBody implements RequestBody {
  readonly empty = false;
  readonly receivedAt = 0;
  readonly replayable = true;
  readonly shareable = true;
  readonly reserialized = true;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  open(): Buffer {
    return this.#bytes;
  }

  commit(): void {}

  close(): void {}
}

export interface IncomingBodyOptions {
  readonly clock: Clock;
  readonly store: ReplayStore;
  /** Bytes of copy kept for another attempt; 0 keeps none. */
  readonly replayBytes: number;
  /** More than this from the client is refused. */
  readonly requestBytes: number;
  /** Longest wait for the next bytes from the client. */
  readonly requestBodyMs: number;
  /** Longest wait for the backend to take bytes. */
  readonly writeMs: number;
  /** The client's side went wrong: the whole exchange is over. */
  readonly onClientFault: (cause: CauseCode, status?: number) => void;
  /** The backend does not read: this attempt is over. */
  readonly onWriteTimeout: (attempt: Attempt) => void;
}

/** The client's stream, without what only the HTTP server knows of it. */
export type IncomingStream = Readable & { readonly complete: boolean };

/**
 * The client's body as it arrives. One attempt at a time reads it through a source of its own; a copy is
 * kept while it fits, so that the next attempt can start from the first byte. Past the limit the copy is
 * dropped and the request is committed to its attempt: it is never refused for that.
 */
export class IncomingBody implements RequestBody {
  readonly empty = false;
  readonly reserialized = false;
  readonly length: number | undefined;
  receivedAt: number | undefined = undefined;
  readonly #stream: IncomingStream;
  readonly #options: IncomingBodyOptions;
  #copy: Buffer[] = [];
  #copyBytes = 0;
  #keeping: boolean;
  /** Bytes were handed out of which no copy is left. */
  #lost = false;
  #receivedBytes = 0;
  #closed = false;
  #source: BodySource | undefined;
  /** The body, when it was there as a whole but is larger than what is kept. */
  #whole: Buffer | undefined;
  /** The attempt that reads it. */
  #reader: Attempt | undefined;
  #timer: Timer | undefined;

  constructor(stream: IncomingStream, length: number | undefined, options: IncomingBodyOptions) {
    this.#stream = stream;
    this.length = length;
    this.#options = options;
    this.#keeping = options.replayBytes > 0;
    // At once: when somebody else listens too, what flows before the first attempt asks would be lost to us.
    stream.pause();
    stream.on('data', this.#onData).on('error', ignore).on('end', this.#onEnd).on('close', this.#onClose);
  }

  get replayable(): boolean {
    // Too large to keep, but still in memory, and nobody has begun to send it.
    return !this.#lost || (this.#whole !== undefined && isUnsent(this.#reader?.phase ?? 'select'));
  }

  get shareable(): boolean {
    return this.receivedAt !== undefined && !this.#lost && this.#source === undefined;
  }

  open(attempt: Attempt): Readable | Buffer {
    this.#dismiss();
    if (this.#stream.complete && this.receivedAt === undefined) this.#takeWhatIsThere();
    this.#reader = attempt;
    if (this.receivedAt !== undefined) return this.#whole ?? Buffer.concat(this.#copy);
    const source = new BodySource(
      () => this.#pull(source, attempt),
      () => this.#detach(source),
    );
    this.#source = source;
    for (const chunk of this.#copy) source.push(chunk);
    return source;
  }

  commit(): void {
    if (this.#receivedBytes > 0) this.#lost = true;
    this.#keeping = false;
    this.#whole = undefined;
    this.#forgetCopy();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#forgetCopy();
    this.#stream.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    // A paused rest would wedge the client's connection; flowing, it is thrown away (the adapter bounds that).
    if (this.receivedAt === undefined) this.#stream.resume();
  }

  /** An earlier attempt's source must not get what comes now: it would pass for the rest of the body. */
  #dismiss(): void {
    const source = this.#source;
    this.#source = undefined;
    source?.destroy();
  }

  /** The parser is through with a small body before we ask for it: no stream is needed then. */
  #takeWhatIsThere(): void {
    this.#stream.off('data', this.#onData);
    // A list of its own: what is received below goes to the copy as well.
    const before = [...this.#copy];
    const rest: Buffer[] = [];
    for (let chunk: unknown = this.#stream.read(); chunk !== null; chunk = this.#stream.read()) {
      if (!(chunk instanceof Buffer)) break;
      rest.push(chunk);
      this.#receive(chunk);
    }
    // 'end' follows, but the bytes are all here now. Too many to keep are still good for one attempt.
    this.receivedAt = this.#options.clock.now();
    if (this.#lost) this.#whole = Buffer.concat([...before, ...rest]);
  }

  #pull(source: BodySource, attempt: Attempt): void {
    if (this.#source !== source) return;
    if (this.receivedAt !== undefined) return source.onBlocked?.();
    this.#watch(this.#options.requestBodyMs, () => this.#options.onClientFault('request_body_timeout'));
    source.onBlocked = () => this.#watch(this.#options.writeMs, () => this.#options.onWriteTimeout(attempt));
    this.#stream.resume();
  }

  #detach(source: BodySource): void {
    if (this.#source !== source) return;
    this.#source = undefined;
    this.#timer?.cancel();
    if (!this.#closed) this.#stream.pause();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#receive(chunk);
    const source = this.#source;
    if (!source || this.#closed) return;
    if (source.push(chunk)) {
      this.#watch(this.#options.requestBodyMs, () => this.#options.onClientFault('request_body_timeout'));
    } else {
      this.#stream.pause();
      source.onBlocked?.();
    }
  };

  #receive(chunk: Buffer): void {
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes > this.#options.requestBytes) {
      this.#options.onClientFault('request_rejected', 413);
      return;
    }
    if (this.#keeping && this.#copyBytes + chunk.length <= this.#options.replayBytes) {
      if (this.#options.store.take(chunk.length)) {
        this.#copy.push(chunk);
        this.#copyBytes += chunk.length;
        return;
      }
    }
    this.#keeping = false;
    this.#lost = true;
    this.#forgetCopy();
  }

  #forgetCopy(): void {
    this.#options.store.give(this.#copyBytes);
    this.#copyBytes = 0;
    this.#copy = [];
  }

  readonly #onEnd = (): void => {
    this.#timer?.cancel();
    this.receivedAt ??= this.#options.clock.now();
    const source = this.#source;
    if (!source) return;
    source.push(null);
    // What the backend has not taken yet is in the source.
    if (source.readableLength > 0) source.onBlocked?.();
    source.once('end', () => this.#timer?.cancel());
  };

  readonly #onClose = (): void => {
    if (this.receivedAt !== undefined) return;
    this.#timer?.cancel();
    this.#options.onClientFault('client_aborted');
  };

  #watch(ms: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = ms === Infinity ? undefined : this.#options.clock.after(ms, run);
  }
}

function ignore(): void {
  // An aborted upload is reported by 'close'; without a listener the error would end the process.
}
