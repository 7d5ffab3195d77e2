import type { Duplex } from 'node:stream';

const STARTS = ['HTTP/1.1 1', 'HTTP/1.0 1'] as const;
const SWITCH = /^HTTP\/1\.[01] 101/;
/** Of the first digit of a status. */
const DIGIT_AT = 9;
const ONE = 0x31;
/** No interim head says as much; what does is left to the parser, and to its limits. */
const MOST_BYTES = 16_384;

const CONTINUE =
  /HTTP\/1\.[01] 100(?: [\t\x20-\x7e\x80-\xff]*)?\r\n(?:[!#$%&'*+.^_`|~\w-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n/y;
const UNFINISHED = /^(?:[\t\x20-\x7e\x80-\xff]|\r\n(?!\r\n))*\r?$/;
const OTHER_INTERIM = /HTTP\/1\.[01] 1(?!00|01)\d\d[ \r]/y;

/**
 * Takes `100 Continue` out of what a backend sends. Nobody has asked for it: Expect is answered before a request comes
 * to the gateway. It has to be passed over all the same (RFC 9110 section 15.2), but undici takes it for an error.
 */
export class ContinueFilter {
  /** The next bytes are those of a response head. */
  #expecting = false;
  /** What came first of the head that is awaited, or was refused: undici does not say what was wrong with it. */
  head: Buffer | undefined;
  /** The beginning of what may be an interim head: a 100 may follow at once, and would not be seen within it. */
  #held: Buffer | undefined;

  constructor(connection: Duplex) {
    const read = connection.read.bind(connection);
    connection.read = (size?: number): unknown => {
      const chunk: unknown = read(size);
      return this.#expecting && chunk instanceof Buffer ? this.#pass(chunk) : chunk;
    };
  }

  expectHead(): void {
    this.#expecting = true;
    this.head = undefined;
  }

  /** Null when nothing is left for now, as when there is nothing to be read. */
  #pass(chunk: Buffer): Buffer | null {
    // Nearly every response, at once.
    if (!this.#held && chunk.length > DIGIT_AT && chunk[DIGIT_AT] !== ONE) {
      this.#expecting = false;
      this.head = chunk;
      return chunk;
    }
    return this.#withoutContinues(this.#held ? Buffer.concat([this.#held, chunk]) : chunk);
  }

  #withoutContinues(bytes: Buffer): Buffer | null {
    const text = bytes.toString('latin1');
    const passed: Buffer[] = [];
    let at = 0;
    for (let length = lengthAt(CONTINUE, text, at); ; length = lengthAt(CONTINUE, text, at)) {
      const past = length > 0 ? 0 : pastInterim(text, at);
      if (length === 0 && past === 0) break;
      if (past > 0) passed.push(bytes.subarray(at, past));
      at = past > 0 ? past : at + length;
    }
    const rest = bytes.subarray(at);
    this.#expecting = mayBecomeInterim(text.slice(at, at + MOST_BYTES));
    this.#held = this.#expecting ? rest : undefined;
    if (!this.#expecting) {
      passed.push(rest);
      this.head = rest;
    }
    return passed.length > 0 ? Buffer.concat(passed) : null;
  }
}

/** How much of the text matches there. */
function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** Where the next head begins behind an interim one that is to be passed on; 0 when there is no such head. */
function pastInterim(text: string, at: number): number {
  if (lengthAt(OTHER_INTERIM, text, at) === 0) return 0;
  const end = text.indexOf('\r\n\r\n', at);
  return end < 0 ? 0 : end + 4;
}

/** Nothing is such a beginning, too: the next head may begin with the next bytes. */
function mayBecomeInterim(text: string): boolean {
  const isStart = STARTS.some((start) => start.startsWith(text) || text.startsWith(start));
  return isStart && !SWITCH.test(text) && text.length < MOST_BYTES && UNFINISHED.test(text);
}
