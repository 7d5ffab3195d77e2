import { bytesOf, type Method } from '../hostile-case.ts';
import { readChunks } from './chunks.ts';
import { type Framing, framingOf, isAmbiguous, noBody } from './framing.ts';
import { readHeaderLines } from './header-lines.ts';
import { Invalid, Lines, Unfinished } from './lines.ts';
import { readStatusLine } from './status-line.ts';
import type { Head, Reading } from './types.ts';

/** What the gateway lets a head be (undici's `maxHeaderSize`). */
const LARGE_HEAD = 16_384;

/**
 * Reads one response by RFC 9112, independently of the parsers that the gateway stands on, and more strictly:
 * what recipients read differently is invalid.
 * @param closed the server has closed the connection in good order behind these bytes.
 */
export function readResponse(bytes: Buffer, method: Method, closed: boolean): Reading {
  return new Reader(bytes, method, closed).read();
}

class Reader {
  readonly #lines: Lines;
  readonly #method: Method;
  readonly #closed: boolean;
  readonly #body: string[] = [];
  #head: Head | undefined;
  #trailers: Head['headers'] = [];
  #hasLength = false;

  constructor(bytes: Buffer, method: Method, closed: boolean) {
    this.#lines = new Lines(bytes);
    this.#method = method;
    this.#closed = closed;
  }

  read(): Reading {
    try {
      this.#readBody(this.#readFinalHead());
      return this.#reading('complete');
    } catch (error) {
      if (error instanceof Invalid) return this.#reading('invalid', { flaw: error.flaw });
      if (error instanceof Unfinished) return this.#reading('incomplete', { doomed: error.doomed });
      throw error;
    }
  }

  #reading(state: Reading['state'], found: Partial<Pick<Reading, 'flaw' | 'doomed'>> = {}): Reading {
    return {
      state,
      place: this.#head ? 'body' : 'head',
      head: this.#head,
      body: bytesOf(this.#body.join('')),
      trailers: this.#trailers,
      length: this.#lines.position,
      flaw: found.flaw,
      doomed: found.doomed ?? [],
      oddities: this.#lines.oddities,
      hasLength: this.#hasLength,
    };
  }

  /** Past interim ones. */
  #readFinalHead(): Framing {
    for (;;) {
      const { version, head } = this.#readHead();
      const { status } = head;
      const isBodiless = this.#method === 'HEAD' || status < 200 || status === 204 || status === 304;
      const framing = isBodiless ? noBody(head, version, this.#lines) : framingOf(head, version, this.#lines);
      if (status === 101) throw new Invalid('upgrade');
      if (status < 200) {
        if (head.headers.some(([name]) => name.toLowerCase() === 'connection')) {
          this.#lines.oddities.add('interim_connection');
        }
        continue;
      }
      this.#head = head;
      return framing;
    }
  }

  #readHead(): { readonly version: string; readonly head: Head } {
    const start = this.#lines.position;
    const headers: [string, string][] = [];
    let version = '1.1';
    try {
      const line = readStatusLine(this.#lines);
      version = line.version;
      return { version, head: { status: line.status, headers: readHeaderLines(this.#lines, headers) } };
    } catch (error) {
      // What has come of the head is enough to refuse it.
      if (error instanceof Unfinished && isAmbiguous(headers))
        throw new Unfinished('framing', ...error.doomed);
      throw error;
    } finally {
      this.#hasLength ||= headers.some(([name]) => name.toLowerCase() === 'content-length');
      const end = this.#lines.text.indexOf('\r\n\r\n', start);
      if ((end < 0 ? this.#lines.text.length : end) - start > LARGE_HEAD)
        this.#lines.oddities.add('large_head');
    }
  }

  #readBody(framing: Framing): void {
    if (framing === 'chunked') {
      this.#trailers = readChunks(this.#lines, this.#body);
      return;
    }
    const body = this.#lines.take(framing === 'close' ? Infinity : framing);
    this.#body.push(body);
    const isWhole = framing === 'close' ? this.#closed : body.length === framing;
    if (!isWhole) throw new Unfinished();
  }
}
