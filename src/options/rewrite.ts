import { COOKIE_DOMAIN, COOKIE_PATH, domainMap, pathMap } from '../engine/rewrite/cookies.ts';
import { climbs } from '../engine/dot-segments.ts';
import { patternRewrite, type PatternRule, prefixRewrite, type PrefixRule } from '../engine/rewrite/path.ts';
import type { CookieSettings, RewriteSettings } from '../engine/settings.ts';
import type { RewriteOptions } from '../options.ts';
import { aBoolean, aFunction, checkKeys, either, oneOf, show } from './check.ts';

const PREFIX = /^\^?\/[^\s?#\\()[\]{}*+|$^\x7f-\uffff]*$/;
const PREFIX_RULE = 'a path such as "/api", as a prefix; for patterns, give a list of [RegExp, replacement]';
/** As it is sent, and without what every request would be refused for. */
const TARGET_RULE = 'without ".." among its segments, and in ASCII: percent-encode anything else';
const off = oneOf(false);

/** What is given, in place of what the gateway has; `false` takes that away. @throws TypeError naming the key. */
export function settleRewrite(given: RewriteOptions | undefined, base: RewriteSettings): RewriteSettings {
  if (given === undefined) return base;
  checkKeys('rewrite', given, ['path', 'request', 'response', 'location', 'cookies']);
  const { path, request, response, location, cookies } = given;
  if (request !== undefined) either(off, aFunction)('rewrite.request', request);
  if (response !== undefined) either(off, aFunction)('rewrite.response', response);
  if (location !== undefined) either(aBoolean, aFunction)('rewrite.location', location);
  return Object.freeze({
    path: path === undefined ? base.path : settlePath(path),
    request: (request ?? base.request) || undefined,
    response: (response ?? base.response) || undefined,
    location: (location ?? base.location) || undefined,
    cookies: cookies === undefined ? base.cookies : settleCookies(cookies, base.cookies),
  });
}

function settlePath(given: NonNullable<RewriteOptions['path']>): RewriteSettings['path'] {
  if (given === false) return undefined;
  if (typeof given === 'function') return { apply: given };
  if (Array.isArray(given)) return patternRewrite(notEmpty(given).map(patternRule));
  const isMap = typeof given === 'object' && given !== null && !(given instanceof RegExp);
  if (isMap) return prefixRewrite(notEmpty(Object.entries(given)).map(prefixRule));
  throw new TypeError(
    `rewrite.path must be a function, a list of [RegExp, replacement], an object of prefixes, or false, got ${show(given)}`,
  );
}

function notEmpty<Rule>(rules: readonly Rule[]): readonly Rule[] {
  if (rules.length > 0) return rules;
  throw new TypeError('rewrite.path must have at least one rule, got none');
}

function patternRule(rule: unknown, index: number): PatternRule {
  const [pattern, replacement, ...rest] = Array.isArray(rule) ? (rule as unknown[]) : [];
  if (!(pattern instanceof RegExp) || typeof replacement !== 'string' || rest.length > 0) {
    throw new TypeError(`rewrite.path[${index}] must be [RegExp, replacement], got ${show(rule)}`);
  }
  // A copy, without the flag by which it would remember where it was.
  return [new RegExp(pattern.source, pattern.flags.replace('y', '')), replacement];
}

function prefixRule([from, to]: readonly [string, unknown]): PrefixRule {
  if (!PREFIX.test(from) || climbs(from))
    throw new TypeError(`rewrite.path must have as each key ${PREFIX_RULE}, got ${show(from)}`);
  const key = `rewrite.path[${show(from)}]`;
  if (typeof to !== 'string' || (to !== '' && !/^\/[^\s?#\\]*$/.test(to))) {
    throw new TypeError(`${key} must be a path, or empty, got ${show(to)}`);
  }
  if (climbs(to) || !/^[\x21-\x7e]*$/.test(to))
    throw new TypeError(`${key} must be ${TARGET_RULE}, got ${show(to)}`);
  return [from.replace(/^\^/, '').replace(/\/+$/, ''), to.replace(/\/+$/, '')];
}

function settleCookies(given: object | false, base: CookieSettings | undefined): CookieSettings | undefined {
  if (given === false) return undefined;
  checkKeys('rewrite.cookies', given, ['domain', 'path']);
  const { domain, path } = given as NonNullable<Exclude<RewriteOptions['cookies'], false>>;
  const settled = {
    domain: domain === undefined ? base?.domain : settleCookie('domain', domain),
    path: path === undefined ? base?.path : settleCookie('path', path),
  };
  return settled.domain || settled.path ? Object.freeze(settled) : undefined;
}

function settleCookie(which: 'domain' | 'path', given: unknown): CookieSettings['domain'] {
  if (given === false) return undefined;
  if (typeof given === 'function') return given as CookieSettings['domain'];
  const key = `rewrite.cookies.${which}`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`${key} must be an object from old to new, a function, or false, got ${show(given)}`);
  }
  const map = new Map(Object.entries(given).map((entry) => cookieRule(key, which, entry)));
  return which === 'domain' ? domainMap(map) : pathMap(map);
}

function cookieRule(key: string, which: 'domain' | 'path', [from, to]: [string, unknown]): [string, string] {
  const rule = which === 'domain' ? COOKIE_DOMAIN : COOKIE_PATH;
  if (from === '' || (from !== '*' && !rule.test(from))) {
    throw new TypeError(`${key} must have as each key a ${which}, or "*", got ${show(from)}`);
  }
  if (typeof to !== 'string' || !rule.test(to)) {
    throw new TypeError(`${key}[${show(from)}] must be a ${which}, or empty, got ${show(to)}`);
  }
  return [which === 'path' ? from.replace(/\/+$/, '') : from, to];
}
