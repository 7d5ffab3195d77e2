/** Deeper paths share the key of their first segments. */
const MAX_SEGMENTS = 6;
/** Longer segments are ids, tokens or file names. */
const MAX_SEGMENT_LENGTH = 40;

const QUESTION_MARK = 63;
const SLASH = 47;

/**
 * Requests of one key are expected to take about as long: the shape of the path, with every segment that
 * holds a digit (ids, dates, hashes) folded. `/users/42/posts?page=2` is `/users/#/posts`.
 */
export function pathShape(path: string): string {
  let end = 0;
  let segments = 0;
  let segmentStart = 0;
  let plain = true;
  for (; end < path.length; end += 1) {
    const code = path.charCodeAt(end);
    if (code === QUESTION_MARK) break;
    if (code === SLASH) {
      segments += 1;
      if (end - segmentStart > MAX_SEGMENT_LENGTH) plain = false;
      segmentStart = end;
    } else if (code >= 48 && code <= 57) plain = false;
  }
  if (end - segmentStart > MAX_SEGMENT_LENGTH || segments > MAX_SEGMENTS) plain = false;
  const pathOnly = end === path.length ? path : path.slice(0, end);
  return plain ? pathOnly : folded(pathOnly);
}

function folded(path: string): string {
  return path
    .split('/', MAX_SEGMENTS + 1)
    .map((segment) => (/\d/.test(segment) || segment.length > MAX_SEGMENT_LENGTH ? '#' : segment))
    .join('/');
}
