/** Deeper paths share the key of their first segments. */
const MAX_SEGMENTS = 6;
/** Longer segments are ids, tokens or file names. */
const MAX_SEGMENT_LENGTH = 40;

const HASH = 35;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const QUESTION_MARK = 63;

/** FNV-1a, 32 bits. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Another odd multiplier, so that the two halves of a key are independent. */
const OTHER_PRIME = 0x85ebca6b;

/**
 * Requests of one key are expected to take about as long: method and shape of the path, with every segment
 * that holds a digit (ids, dates, hashes) folded: `/users/42/posts?page=2` is `/users/#/posts`. The key is a
 * hash of 53 bits over that shape: computed on every request, it must not build strings.
 */
export function routeKey(method: string, path: string): number {
  const key = new KeyHash();
  for (let i = 0; i < method.length; i += 1) key.add(method.charCodeAt(i));
  let start = 0;
  let segments = 0;
  while (start < path.length && path.charCodeAt(start) !== QUESTION_MARK && segments < MAX_SEGMENTS) {
    const end = endOfSegment(path, start + 1);
    key.add(SLASH);
    if (isFolded(path, start + 1, end)) key.add(HASH);
    else for (let i = start + 1; i < end; i += 1) key.add(path.charCodeAt(i));
    segments += 1;
    start = end;
  }
  return key.value;
}

/** The key of a route that has a name. No method begins with a slash, so that it is not the key of a path. */
export function namedKey(name: string): number {
  const key = new KeyHash();
  key.add(SLASH);
  for (let i = 0; i < name.length; i += 1) key.add(name.charCodeAt(i));
  return key.value;
}

/** The same shape as text, for readers: `GET /users/#/posts`. */
export function routeShape(method: string, path: string): string {
  let shape = `${method} `;
  let start = 0;
  let segments = 0;
  while (start < path.length && path.charCodeAt(start) !== QUESTION_MARK && segments < MAX_SEGMENTS) {
    const end = endOfSegment(path, start + 1);
    shape += isFolded(path, start + 1, end) ? '/#' : `/${path.slice(start + 1, end)}`;
    segments += 1;
    start = end;
  }
  return shape;
}

function endOfSegment(path: string, from: number): number {
  let end = from;
  for (; end < path.length; end += 1) {
    const code = path.charCodeAt(end);
    if (code === SLASH || code === QUESTION_MARK) break;
  }
  return end;
}

function isFolded(path: string, start: number, end: number): boolean {
  if (end - start > MAX_SEGMENT_LENGTH) return true;
  for (let i = start; i < end; i += 1) {
    const code = path.charCodeAt(i);
    if (code >= ZERO && code <= NINE) return true;
  }
  return false;
}

class KeyHash {
  #high = FNV_OFFSET;
  #low = FNV_OFFSET;

  add(code: number): void {
    this.#high = Math.imul(this.#high ^ code, FNV_PRIME);
    this.#low = Math.imul(this.#low ^ code, OTHER_PRIME);
  }

  get value(): number {
    return (this.#high >>> 0) * 2 ** 21 + (this.#low >>> 11);
  }
}
