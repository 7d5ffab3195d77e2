/** RFC 9110 section 9.2.2, and QUERY. A proxy must not repeat others unless it knows they were not processed. */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PUT',
  'DELETE',
  'QUERY',
]);

export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}
