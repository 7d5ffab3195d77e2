import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../engine/clock.ts';
import type { RawHeaders, RequestBody, Responded, Sink } from '../engine/types.ts';
import { breakOff } from './break-off.ts';
import { dismissUpload, isUnread, streamOf } from './http2.ts';
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
    if (trailers) addTrailers(this.#response, trailers);
    if (!isUnread(this.#message)) {
      this.#response.end(last);
      return dismissUpload(this.#message, this.#clock);
    }
    if (last) this.#response.write(last);
    else this.#flushHead();
    this.finished = new Promise((resolve) => {
      linger(this.#message, this.#clock, () => {
        this.#response.end();
        resolve();
      });
    });
  }

  break(): void {
    breakOff(this.#message, this.#response);
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

function addTrailers(response: ServerResponse, flat: RawHeaders): void {
  const lines: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) lines.push([flat[i] as string, flat[i + 1] as string]);
  // In HTTP/2, Node takes no list.
  response.addTrailers(streamOf(response) ? joined(lines) : lines);
}

function joined(lines: readonly (readonly [string, string])[]): Record<string, string> {
  const fields = Object.create(null) as Record<string, string>;
  for (const [name, value] of lines) {
    const lower = name.toLowerCase();
    fields[lower] = lower in fields ? `${fields[lower]}, ${value}` : value;
  }
  return fields;
}
