import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../engine/clock.ts';
import { reset } from '../engine/reset.ts';
import type { RawHeaders, RequestBody, Responded, Sink } from '../engine/types.ts';
import { linger } from './linger.ts';

/** compression() and its like hold data back until they are told. */
type Flushable = ServerResponse & { flush?: () => void };

/** Where a relayed body goes: the client's response. */
export class ResponseSink implements Sink {
  readonly #message: IncomingMessage;
  readonly #response: Flushable;
  readonly #outcome: Responded;
  /** The upload, which is let go of when the response ends. */
  readonly #body: RequestBody;
  readonly #clock: Clock;
  /** Resolves when the response has been ended; undefined when that happened at once. */
  finished: Promise<void> | undefined = undefined;

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    outcome: Responded,
    body: RequestBody,
    clock: Clock,
  ) {
    this.#message = message;
    this.#response = response;
    this.#outcome = outcome;
    this.#body = body;
    this.#clock = clock;
  }

  flush(): void {
    this.#flushHead();
    if (this.#outcome.isEventStream) this.#response.flush?.();
  }

  /** Alone, Node writes a head as UTF-8; before a chunk, even an empty one, its bytes stay what they are. */
  #flushHead(): void {
    if (isAscii(this.#outcome)) this.#response.flushHeaders();
    else this.#response.write(NOTHING);
  }

  write(chunk: Buffer): boolean {
    const more = this.#response.write(chunk);
    if (this.#outcome.isEventStream) this.#response.flush?.();
    return more;
  }

  end(last: Buffer | undefined, trailers: RawHeaders | undefined): void {
    this.#body.close();
    if (trailers) this.#response.addTrailers(pairs(trailers));
    if (this.#message.complete) return void this.#response.end(last);
    if (last) this.#response.write(last);
    else this.#flushHead();
    this.finished = new Promise((resolve) => {
      linger(this.#message, this.#clock, () => {
        this.#response.end();
        resolve();
      });
    });
  }

  /** An HTTP/1.0 client takes a plain close for the end of a body; a reset it does not. */
  break(): void {
    if (this.#message.httpVersion === '1.0' && this.#response.socket) reset(this.#response.socket);
    this.#response.destroy();
  }

  onDrain(listener: () => void): void {
    this.#response.once('drain', listener);
  }
}

const NOTHING = Buffer.alloc(0);
const ASCII = /^[^\x80-\xff]*$/;

function isAscii({ statusText, headers }: Responded): boolean {
  return ASCII.test(statusText) && headers.every((text) => ASCII.test(text));
}

function pairs(flat: RawHeaders): [string, string][] {
  const result: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) result.push([flat[i] as string, flat[i + 1] as string]);
  return result;
}
