const ORIGIN_FORM = /^\/[^\s#\x00-\x1f\x7f\u0100-\uffff]*$/;

/** RFC 9112 section 3.2.1, without what no URL may contain: a fragment, white space, control characters. */
export function isOriginForm(path: string): boolean {
  return ORIGIN_FORM.test(path);
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
