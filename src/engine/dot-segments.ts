const DOT = '(?:\\.|%2e)';
const SEPARATOR = '(?:[/\\\\]|%2f|%5c)';
/** Some servers take what follows a `;` for a parameter of the segment, and the segment for what is before it. */
const CLIMB = new RegExp(`${SEPARATOR}${DOT}${DOT}(?:;[^/\\\\]*)?(?:${SEPARATOR}|$)`, 'i');

/** Nearly every path is done with this. */
const HINT = /\.\.|%2e/i;

/** Would some backend take a step up out of a part of this path? Then it is not known what it is below. */
export function climbs(path: string): boolean {
  if (!HINT.test(path)) return false;
  const query = path.indexOf('?');
  return CLIMB.test(query < 0 ? path : path.slice(0, query));
}
