import { climbs } from '../dot-segments.ts';
import { HookError, runHook } from '../hooks.ts';
import { behindPrefix, isOriginForm } from '../path.ts';
import type { PathRewrite } from '../settings.ts';
import type { ProxyRequest } from '../types.ts';

export type PrefixRule = readonly [from: string, to: string];
export type PatternRule = readonly [pattern: RegExp, replacement: string];

/** The first prefix that fits is replaced. Prefixes end where a segment does, and have no slash at the end. */
export function prefixRewrite(rules: readonly PrefixRule[]): PathRewrite {
  const ruleFor = (path: string): PrefixRule | undefined =>
    rules.find(([from]) => behindPrefix(path, from) !== undefined);
  return {
    apply: ({ path }) => {
      const rule = ruleFor(path);
      return rule ? exchangePrefix(path, rule) : path;
    },
    undo: (path, asked) => {
      const rule = ruleFor(asked);
      const undone = rule && undoRule(path, rule);
      // Else it is asked for as it is, unless it would be rewritten.
      return undone ?? (ruleFor(path) ? undefined : path);
    },
  };
}

function exchangePrefix(path: string, [from, to]: PrefixRule): string {
  return rooted(to + path.slice(from.length));
}

function undoRule(path: string, [from, to]: PrefixRule): string | undefined {
  return behindPrefix(path, to) === undefined ? undefined : exchangePrefix(path, [to, from]);
}

/** The first pattern that matches is replaced, as `String.prototype.replace` does it. */
export function patternRewrite(rules: readonly PatternRule[]): PathRewrite {
  return {
    apply: ({ path }) => {
      const rule = rules.find(([pattern]) => path.search(pattern) >= 0);
      return rule ? rooted(path.replace(...rule)) : path;
    },
  };
}

/** What is left of a path when all of it is taken away is still a path. */
function rooted(path: string): string {
  return path === '' || /^[?#]/.test(path) ? `/${path}` : path;
}

/**
 * The path towards the backend.
 * @throws HookError when a function throws, or gives what is no path, or leads out of the backend's prefix.
 */
export function rewrittenPath({ apply }: PathRewrite, request: ProxyRequest): string {
  const path: unknown = runHook('rewrite.path', () => apply(request)) ?? request.path;
  return checkedPath('rewrite.path', path);
}

/** @throws HookError that names the function. */
export function checkedPath(hook: string, path: unknown): string {
  if (typeof path !== 'string' || !isOriginForm(path)) {
    throw new HookError(
      hook,
      new TypeError('the path must begin with "/", without "#", white space and control characters'),
    );
  }
  if (climbs(path))
    throw new HookError(hook, new TypeError('the path must not have ".." among its segments'));
  return path;
}
