import type { ClientRequest } from 'node:http';
import type { Readable } from 'node:stream';

export interface FeedEvents {
  /** The last byte was handed to the connection. */
  handedOver(): void;
  /** No hook has written a body, though nobody else can. */
  bodyMissing(): void;
  /** A hook has written a body of its own. */
  readonly isBodyWritten: boolean;
}

/** `missing`: a parser has read the body, and only a hook can write it anew. */
export type FeedSource = Readable | Buffer | null | 'missing';

/** Null: it is over. */
export type Watcher = (chunk: Buffer | null) => void;

type Listener = (chunk?: Buffer) => void;

/**
 * What http-proxy-middleware is given for a body: as much of a stream as it makes use of. A request without a body, or
 * with one that is in memory, needs no more.
 */
export class BodyFeed {
  readonly #source: FeedSource;
  readonly #events: FeedEvents;
  readonly #watchers: Watcher[] = [];
  #onData: Listener | undefined;

  constructor(source: FeedSource, events: FeedEvents) {
    this.#source = source;
    this.#events = events;
  }

  /** Shows the bytes to somebody else as well. */
  watch(watcher: Watcher): void {
    this.#watchers.push(watcher);
  }

  pipe(request: ClientRequest): void {
    const whole = this.#whole();
    if (whole === 'missing') return this.#events.bodyMissing();
    if (!isStream(whole)) return this.#hand((bytes) => request.end(bytes), whole);
    this.#follow(whole);
    whole.pipe(request);
  }

  /** Where redirects are followed, the body is collected: `data`, then `end`. */
  on(event: string, listener: Listener): this {
    const whole = this.#whole();
    if (isStream(whole)) {
      whole.on(event, listener);
      if (event === 'end') this.#follow(whole);
    } else if (event === 'data') this.#onData = listener;
    else if (event === 'end') process.nextTick(() => this.#collect(listener));
    return this;
  }

  #whole(): FeedSource {
    return this.#events.isBodyWritten ? null : this.#source;
  }

  #collect(end: () => void): void {
    const whole = this.#whole();
    if (whole === 'missing') return this.#events.bodyMissing();
    if (isStream(whole)) return;
    if (whole) this.#onData?.(whole);
    this.#hand(end, whole);
  }

  #hand(end: (bytes: Buffer | undefined) => void, bytes: Buffer | null): void {
    if (bytes) this.#show(bytes);
    this.#show(null);
    end(bytes ?? undefined);
    this.#events.handedOver();
  }

  #follow(source: Readable): void {
    if (this.#watchers.length > 0) {
      source.on('data', (chunk: Buffer) => this.#show(chunk)).on('end', () => this.#show(null));
    }
    source.on('end', () => this.#events.handedOver());
  }

  #show(chunk: Buffer | null): void {
    for (const watcher of this.#watchers) watcher(chunk);
  }
}

function isStream(source: FeedSource): source is Readable {
  return source !== null && source !== 'missing' && !(source instanceof Buffer);
}
