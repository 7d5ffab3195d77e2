import { HookError, runHook } from '../hooks.ts';
import { behindPrefix } from '../path.ts';
import type { CookieFunction, CookieSettings } from '../settings.ts';
import type { ProxyRequest } from '../types.ts';

/** Attribute values; an empty one takes the attribute away. */
export const COOKIE_DOMAIN = /^[\w.:[\]-]*$/;
/** Whatever a header may hold, but for a semicolon (RFC 6265 section 4.1.1): backends do send spaces, and more. */
export const COOKIE_PATH = /^(?:|\/[\t\x20-\x3a\x3c-\x7e\x80-\xff]*)$/;

/**
 * A Set-Cookie with another Domain or Path (RFC 6265 section 5.2: attributes begin behind the first semicolon, whatever
 * is quoted before it). Everything else stays, letter by letter; an attribute that is not there is not added.
 */
export function rewriteCookie(cookie: string, settings: CookieSettings, request: ProxyRequest): string {
  const [pair = '', ...attributes] = cookie.split(';');
  // Browsers take such a cookie with `Path=/` and without Domain, or not at all.
  if (/^\s*__host-/i.test(pair)) return cookie;
  const rewritten = attributes.flatMap((attribute) => rewriteAttribute(attribute, settings, request));
  return [pair, ...rewritten].join(';');
}

function rewriteAttribute(attribute: string, settings: CookieSettings, request: ProxyRequest): string | [] {
  const [, before = '', name = '', rest = ''] = /^(\s*([^\s=]+)\s*=\s*)(.*)$/s.exec(attribute) ?? [];
  // Not in the pattern, which would try each of many spaces as the first of those at the end.
  const value = rest.trimEnd();
  const which = name.toLowerCase();
  if (which !== 'domain' && which !== 'path') return attribute;
  const decide = settings[which];
  if (!decide) return attribute;
  const given = decided(which, decide, value, request);
  if (given === value) return attribute;
  return given === '' ? [] : before + given;
}

function decided(
  which: 'domain' | 'path',
  decide: CookieFunction,
  value: string,
  request: ProxyRequest,
): string {
  const hook = `rewrite.cookies.${which}`;
  const given: unknown = runHook(hook, () => decide(value, request)) ?? value;
  const rule = which === 'domain' ? COOKIE_DOMAIN : COOKIE_PATH;
  if (given === value || (typeof given === 'string' && rule.test(given))) return given;
  throw new HookError(hook, new TypeError(`it must return a ${which}, or an empty text`));
}

/** By the domain, whatever its case, and with or without the dot in front; `*` stands for all others. */
export function domainMap(map: ReadonlyMap<string, string>): CookieFunction {
  const plain = (domain: string): string => domain.toLowerCase().replace(/^\./, '');
  const byDomain = new Map([...map].map(([from, to]) => [plain(from), to]));
  return (domain) => byDomain.get(plain(domain)) ?? byDomain.get('*');
}

/** By the first prefix that fits; `*` stands for all others. Prefixes have no slash at the end. */
export function pathMap(map: ReadonlyMap<string, string>): CookieFunction {
  const rules = [...map].filter(([from]) => from !== '*');
  return (path) => {
    for (const [from, to] of rules) {
      const rest = behindPrefix(path, from);
      if (rest !== undefined) return to === '' ? '' : to.replace(/\/$/, '') + rest || '/';
    }
    return map.get('*');
  };
}
