import { Invalid, Lines } from './lines.ts';
import type { Head } from './types.ts';

/** How the end of a body is told: by a length, by chunks, or by the end of the connection. */
export type Framing = number | 'chunked' | 'close';

/** RFC 9112 section 6.3, without the tolerance: what is ambiguous is invalid. */
export function framingOf({ headers }: Head, version: string, lines: Lines): Framing {
  if (namesNoCodingBesideLength(headers)) throw new Invalid('empty_coding_beside_length');
  const codings = listOf(headers, 'transfer-encoding', lines);
  const lengths = listOf(headers, 'content-length', lines);
  if (codings && lengths) throw new Invalid('framing');
  if (codings) return chunkedIn(codings, version, lines);
  return lengths ? lengthIn(lengths, lines) : 'close';
}

/** A response that has none, whatever its head says. */
export function noBody(head: Head, version: string, lines: Lines): 0 {
  try {
    framingOf(head, version, lines);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    lines.oddities.add('framing_of_no_body');
  }
  return 0;
}

/** So far, and whatever comes. */
export function isAmbiguous(headers: Head['headers']): boolean {
  const lines = new Lines(Buffer.alloc(0));
  noBody({ status: 200, headers }, '1.1', lines);
  return lines.oddities.size > 0;
}

/** Wrong in two ways at once. */
function namesNoCodingBesideLength(headers: Head['headers']): boolean {
  const named = (name: string): string[] =>
    headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
  const codings = named('transfer-encoding');
  return (
    codings.length > 0 &&
    codings.every((value) => /^[\t ,]*$/.test(value)) &&
    named('content-length').length > 0
  );
}

/** The elements of all lines of that name; undefined where there are none. */
function listOf(headers: Head['headers'], name: string, lines: Lines): string[] | undefined {
  const values = headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
  if (values.length === 0) return undefined;
  const elements = values.flatMap((value) => value.split(/[\t ]*,[\t ]*/));
  const filled = elements.filter((element) => element !== '');
  if (filled.length === 0) throw new Invalid(name === 'content-length' ? 'framing' : 'coding');
  if (filled.length < elements.length) lines.oddities.add('empty_list_element');
  return filled;
}

/** Any other coding would have to be undone, and nobody has asked for one (`TE`). */
function chunkedIn(codings: string[], version: string, lines: Lines): 'chunked' {
  if (codings.length !== 1 || codings[0]?.toLowerCase() !== 'chunked') throw new Invalid('coding');
  if (version === '1.0') lines.oddities.add('chunked_in_http_1_0');
  return 'chunked';
}

function lengthIn(lengths: string[], lines: Lines): number {
  const [first = '', ...others] = lengths;
  if (!/^\d+$/.test(first) || others.some((other) => other !== first)) throw new Invalid('framing');
  if (others.length > 0) lines.oddities.add('repeated_length');
  const length = Number(first);
  if (!Number.isSafeInteger(length)) lines.oddities.add('huge_length');
  return length;
}
