import type { RawHeaders } from '../engine/types.ts';

/** Node's HTTP/2 sends these once only. */
const SINGLE: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'age',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'last-modified',
  'location',
  'max-forwards',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
]);
/** These too, although they are lists (RFC 9110 sections 8.4 and 8.5). */
const LISTS: ReadonlySet<string> = new Set(['content-encoding', 'content-language']);

/**
 * The headers as HTTP/2 has them. Before anything is written: once Node has thrown, what it had been given would fail
 * the answer to that as well.
 * @throws TypeError where a header says two things at once.
 */
export function withSingleValues(headers: RawHeaders): string[] {
  const lines: string[] = [];
  const places = new Map<string, number>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [name, value] = [headers[i] as string, headers[i + 1] as string];
    const lower = name.toLowerCase();
    const place = places.get(lower);
    if (place === undefined) {
      if (SINGLE.has(lower) || LISTS.has(lower)) places.set(lower, lines.length + 1);
      lines.push(name, value);
    } else if (LISTS.has(lower)) lines[place] += `, ${value}`;
    else if (lines[place] !== value) throw new TypeError(`${name} has more than one value`);
  }
  return lines;
}
