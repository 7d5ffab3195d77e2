import Negotiator from 'negotiator';

export const PROBLEM_TYPE = 'application/problem+json';
export const PAGE_TYPE = 'text/html; charset=utf-8';

/** In our order of preference, which decides where the client has none. */
const OFFERED = [PROBLEM_TYPE, 'application/json', PAGE_TYPE];

/** Browsers send some 150. Looking through what a header has room for would take milliseconds. */
const MAX_ACCEPT_LENGTH = 1_024;

/**
 * True for a browser that wants a page to show (RFC 9110 section 12.5.1). Whoever accepts everything, says
 * nothing, or accepts nothing that there is, gets JSON.
 */
export function prefersHtml(accept: unknown): boolean {
  if (typeof accept !== 'string' || accept.length > MAX_ACCEPT_LENGTH) return false;
  return new Negotiator({ headers: { accept } }).mediaType(OFFERED) === PAGE_TYPE;
}
