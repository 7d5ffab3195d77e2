import type { Flaw, Oddity } from './types.ts';

/** Ends the reading: the bytes are no response. */
export class Invalid extends Error {
  readonly flaw: Flaw;

  constructor(flaw: Flaw) {
    super(flaw);
    this.flaw = flaw;
  }
}

/** Ends the reading: more bytes are needed. */
export class Unfinished extends Error {
  readonly doomed: readonly Flaw[];

  constructor(...doomed: readonly Flaw[]) {
    super('unfinished');
    this.doomed = doomed;
  }
}

/** Could become a valid line, when more of it comes? */
export type Start = (line: string) => Flaw | undefined;

/** Walks over bytes, taken as latin1 text, line by line. */
export class Lines {
  readonly text: string;
  readonly oddities = new Set<Oddity>();
  position = 0;
  /** The last line ended in a lone LF. */
  endedBare = false;

  constructor(bytes: Buffer) {
    this.text = bytes.toString('latin1');
  }

  /** The next line, without its end. */
  next(start: Start, tolerance?: 'doubled CR'): string {
    const end = this.text.indexOf('\n', this.position);
    const line = this.text.slice(this.position, end < 0 ? undefined : end);
    const doubled = tolerance === undefined ? -1 : line.indexOf('\r\r');
    if (doubled >= 0) return this.#endDoubled(line.slice(0, doubled));
    if (end < 0) throw unfinished(line === '' ? undefined : start(line));
    this.position = end + 1;
    this.endedBare = !line.endsWith('\r');
    if (!this.endedBare) return line.slice(0, -1);
    this.oddities.add('bare_lf');
    return line;
  }

  #endDoubled(line: string): string {
    this.position += line.length + 2;
    this.oddities.add('doubled_cr');
    return line;
  }

  take(count: number): string {
    const taken = this.text.slice(this.position, this.position + count);
    this.position += taken.length;
    return taken;
  }
}

function unfinished(doomed: Flaw | undefined): Unfinished {
  return doomed === undefined ? new Unfinished() : new Unfinished(doomed);
}
