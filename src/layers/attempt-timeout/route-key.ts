import type { ProxyRequest } from '../../engine/types.ts';

/** Deeper paths share the key of their first segments. */
const MAX_SEGMENTS = 6;

/**
 * Requests of one key are expected to take about as long: method and path shape, with every segment that
 * holds a digit (ids, dates, hashes) folded. `GET /users/42/posts?page=2` is `GET /users/#/posts`.
 */
export function routeKey({ method, path }: ProxyRequest): string {
  const end = path.indexOf('?');
  const segments = (end < 0 ? path : path.slice(0, end)).split('/', MAX_SEGMENTS + 1);
  let key = method;
  key += ' ';
  for (let i = 1; i < segments.length; i += 1) {
    const segment = segments[i] as string;
    key += '/';
    key += /\d/.test(segment) || segment.length > 40 ? '#' : segment;
  }
  return key;
}
