import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../engine/clock.ts';
import type { RawHeaders, RequestBody, Sink } from '../engine/types.ts';
import { linger } from './linger.ts';

/** compression() and its like hold data back until they are told. */
type Flushable = ServerResponse & { flush?: () => void };

export interface SinkOptions {
  /** The upload, which is let go of when the response ends. */
  readonly body: RequestBody;
  readonly clock: Clock;
  readonly isEventStream: boolean;
}

/** Where a relayed body goes: the client's response. */
export class ResponseSink implements Sink {
  readonly #message: IncomingMessage;
  readonly #response: Flushable;
  readonly #body: RequestBody;
  readonly #clock: Clock;
  readonly #flushEach: boolean;
  /** Resolves when the response has been ended; undefined when that happened at once. */
  finished: Promise<void> | undefined = undefined;

  constructor(message: IncomingMessage, response: ServerResponse, options: SinkOptions) {
    this.#message = message;
    this.#response = response;
    this.#body = options.body;
    this.#clock = options.clock;
    this.#flushEach = options.isEventStream;
  }

  flush(): void {
    this.#response.flushHeaders();
    if (this.#flushEach) this.#response.flush?.();
  }

  write(chunk: Buffer): boolean {
    const more = this.#response.write(chunk);
    if (this.#flushEach) this.#response.flush?.();
    return more;
  }

  end(last: Buffer | undefined, trailers: RawHeaders | undefined): void {
    this.#body.close();
    if (trailers) this.#response.addTrailers(pairs(trailers));
    if (this.#message.complete) return void this.#response.end(last);
    if (last) this.#response.write(last);
    else this.#response.flushHeaders();
    this.finished = new Promise((resolve) => {
      linger(this.#message, this.#clock, () => {
        this.#response.end();
        resolve();
      });
    });
  }

  /** An HTTP/1.0 client takes a plain close for the end of a body; a reset it does not. */
  break(): void {
    const { socket } = this.#response;
    if (this.#message.httpVersion === '1.0' && socket && !socket.destroyed) socket.resetAndDestroy();
    this.#response.destroy();
  }

  onDrain(listener: () => void): void {
    this.#response.once('drain', listener);
  }
}

function pairs(flat: RawHeaders): [string, string][] {
  const result: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) result.push([flat[i] as string, flat[i + 1] as string]);
  return result;
}
