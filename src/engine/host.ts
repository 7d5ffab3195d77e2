/** RFC 3986 section 3.2.2: an address in brackets, or a name, which may be empty; then perhaps a port. */
const HOST = /^(?:\[[\w.:~%!$&'()*+,;=-]+\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*)(?::\d*)?$/i;

/** Can it stand in a Host header? */
export function isHost(text: string): boolean {
  return HOST.test(text);
}
