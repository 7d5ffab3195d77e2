import type { RewriteSettings } from '../settings.ts';

/** Nothing is rewritten. */
export const NO_REWRITES: RewriteSettings = Object.freeze({
  path: undefined,
  request: undefined,
  response: undefined,
  location: undefined,
  cookies: undefined,
});
