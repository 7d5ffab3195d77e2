/** What came of a question to a name server. */
export type Answer<Found> = { readonly kind: 'found'; readonly found: Found } | NoAnswer;

/**
 * `none`: definitely nothing, no such name or no record of that kind. `failed`: nobody knows, so the last
 * good answer holds.
 */
export interface NoAnswer {
  readonly kind: 'none' | 'failed';
  readonly error: unknown;
}

/** What c-ares and getaddrinfo call a definite no. */
const NONE: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA']);

export function answerOf<Row>(
  error: NodeJS.ErrnoException | null,
  rows: readonly Row[],
): Answer<readonly Row[]> {
  if (error) return { kind: NONE.has(error.code) ? 'none' : 'failed', error };
  return rows.length > 0 ? { kind: 'found', found: rows } : { kind: 'none', error: failure('ENODATA') };
}

/** In the shape of an error of `node:dns`, so that it is named like one. */
export function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`discovery: ${code}`), { code, syscall: 'query' });
}
