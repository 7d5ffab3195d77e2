import { Invalid, type Lines } from './lines.ts';
import type { Flaw, Head } from './types.ts';

const HEADER = /^([!#$%&'*+\-.^_`|~\w]+)([\t ]*):([^\0\r\n]*)$/;
const CONTROL = /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const OF_FRAMING = /^(?:content-length|transfer-encoding)[\t ]*:/i;

/** Up to and including the empty line, into a list of which the reader knows also the beginning. */
export function readHeaderLines(lines: Lines, headers: [string, string][]): Head['headers'] {
  for (;;) {
    const line = lines.next(startOfHeader);
    if (line === '') return headers;
    if (/^[\t ]/.test(line)) continueLast(headers, line, lines);
    else headers.push(readHeader(line, lines));
  }
}

function readHeader(line: string, lines: Lines): [string, string] {
  const parts = HEADER.exec(line);
  if (!parts) throw new Invalid(flawOf(line));
  const [, name = '', space = '', value = ''] = parts;
  if (space !== '') lines.oddities.add('space_before_colon');
  if (CONTROL.test(value)) lines.oddities.add('control_character');
  if (OF_FRAMING.test(line) && value.includes('\t')) lines.oddities.add('tab_in_framing');
  return [name, trim(value)];
}

function continueLast(headers: [string, string][], line: string, lines: Lines): void {
  const last = headers.at(-1);
  if (!last || /[\0\r]/.test(line)) throw new Invalid('header');
  lines.oddities.add('folded_header');
  if (CONTROL.test(line)) lines.oddities.add('control_character');
  last[1] = trim(`${last[1]} ${trim(line)}`);
}

function trim(value: string): string {
  return value.replace(/^[\t ]+|[\t ]+$/g, '');
}

const PREFIX = /^(?:[!#$%&'*+\-.^_`|~\w]+(?::[^\0\r\n]*\r?)?|\r)$/;
/** A length is looked at digit by digit. */
const NO_LENGTH = /^content-length: *(?:[^\d \r]|\d+[^\d \r]|\d+ +[^ \r])/i;

function startOfHeader(line: string): Flaw | undefined {
  if (NO_LENGTH.test(line)) return 'framing_header';
  return PREFIX.test(line) && !CONTROL.test(line) ? undefined : flawOf(line);
}

function flawOf(line: string): Flaw {
  return OF_FRAMING.test(line) ? 'framing_header' : 'header';
}
