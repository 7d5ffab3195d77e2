import { readHeaderLines } from './header-lines.ts';
import { Invalid, type Lines, Unfinished } from './lines.ts';
import type { Flaw, Head } from './types.ts';

const CHUNK = /^([\da-f]+)((?:;[\t\x20-\x7e\x80-\xff]*)?)$/i;
const LOOSE = /^([\da-f]+)([\t ;][\t\x20-\x7e\x80-\xff]*)$/i;

/** What the gateway lets trailers be, as it does heads. */
const LARGE = 16_384;

/** Decodes into `body` as it goes, so that what came before a flaw is known. */
export function readChunks(lines: Lines, body: string[]): Head['headers'] {
  for (;;) {
    const size = readSize(lines);
    if (size === 0) return readTrailers(lines);
    const data = lines.take(size);
    body.push(data);
    if (data.length < size) throw new Unfinished();
    readDataEnd(lines);
  }
}

function readTrailers(lines: Lines): Head['headers'] {
  const start = lines.position;
  const trailers = readHeaderLines(lines, []);
  if (lines.position - start > LARGE) lines.oddities.add('large_trailers');
  const names = trailers.map(([name]) => name.toLowerCase());
  if (names.includes('content-length') || names.includes('transfer-encoding')) {
    lines.oddities.add('framing_in_trailers');
  }
  return trailers;
}

function readSize(lines: Lines): number {
  const line = lines.next(startOfSize);
  // Here a lone LF is not tolerated: recipients that differ on it can be played against each other.
  if (lines.endedBare) throw new Invalid('chunk');
  const parts = CHUNK.exec(line) ?? LOOSE.exec(line);
  if (!parts) throw new Invalid('chunk');
  const [, digits = '', extension = ''] = parts;
  if (extension !== '' && !/^;[a-z]+(=[a-z\d]+)?$/i.test(extension)) lines.oddities.add('chunk_extension');
  const size = Number.parseInt(digits, 16);
  if (!Number.isSafeInteger(size)) lines.oddities.add('huge_length');
  return size;
}

function readDataEnd(lines: Lines): void {
  const end = lines.take(2);
  if (end === '\r\n') return;
  throw '\r\n'.startsWith(end) ? new Unfinished() : new Invalid('chunk');
}

function startOfSize(line: string): Flaw | undefined {
  return /^[\da-f]+(?:;[a-z\d=]*)?\r?$/i.test(line) ? undefined : 'chunk';
}
