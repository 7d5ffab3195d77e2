import { PROTECTED } from '../engine/headers.ts';
import { OURS_ON_REQUESTS } from '../engine/request-headers.ts';
import { show } from './check.ts';

/** A header that means nothing else to us. */
export function headerOfItsOwn(key: string, name: unknown): void {
  const isToken = typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]{1,128}$/.test(name);
  const lower = isToken ? name.toLowerCase() : '';
  if (isToken && !OURS_ON_REQUESTS.has(lower) && !PROTECTED.has(lower)) return;
  throw new TypeError(`${key} must be the name of a header that means nothing else, got ${show(name)}`);
}
