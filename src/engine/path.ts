const ORIGIN_FORM = /^\/[^\s#\x00-\x1f\x7f\u0100-\uffff]*$/;

/** RFC 9112 section 3.2.1, without what no URL may contain: a fragment, white space, control characters. */
export function isOriginForm(path: string): boolean {
  return ORIGIN_FORM.test(path);
}

const DOT = '(?:\\.|%2e)';
const SEPARATOR = '(?:[/\\\\]|%2f|%5c)';
/** Some servers take what follows a semicolon for parameters of the segment. */
const END = `(?:${SEPARATOR}|;|%3b|$)`;
const CLIMB = new RegExp(`${SEPARATOR}${DOT}${DOT}${END}`, 'i');

/** Would some backend take a step up out of a part of this path? Then it is not known what it is below. */
export function climbs(path: string): boolean {
  return CLIMB.test(pathnameOf(path));
}

export function pathnameOf(path: string): string {
  return path.replace(/[?#].*$/s, '');
}

/** What comes behind a prefix that ends where a segment does; undefined where it is none. */
export function behindPrefix(path: string, prefix: string): string | undefined {
  if (!path.startsWith(prefix)) return undefined;
  const rest = path.slice(prefix.length);
  return rest === '' || /^[/?#]/.test(rest) ? rest : undefined;
}
