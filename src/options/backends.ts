import type { BackendSettings } from '../engine/settings.ts';
import type { Target } from '../engine/types.ts';
import type { BackendOptions } from '../options.ts';
import { checkKeys, checkText, number, oneOf, show } from './check.ts';
import { checkTls } from './tls-options.ts';

export const BACKEND_KEYS = ['url', 'name', 'weight', 'tier', 'protocol', 'tls', 'socketPath'];

const ALPN = { 'http/1.1': ['http/1.1'], h2: ['h2'], alpn: ['h2', 'http/1.1'] } as const;

/** @throws TypeError when two have the same name. */
export function checkNames(settled: readonly BackendSettings[], where = 'backends'): void {
  const names = new Set<string>();
  for (const { target } of settled) {
    if (names.has(target.name)) {
      throw new TypeError(`${where} must have different names, got ${show(target.name)} twice: set \`name\``);
    }
    names.add(target.name);
  }
}

/** @throws TypeError or RangeError naming the key. */
export function settleBackend(given: unknown, key: string): BackendSettings {
  const options = typeof given === 'string' ? { url: given } : given;
  checkKeys(key, options, BACKEND_KEYS);
  const {
    url,
    name,
    weight = 1,
    tier = 0,
    protocol = 'http/1.1',
    tls,
    socketPath,
  } = options as Partial<BackendOptions>;
  number({ above: 0, max: 1_000 })(`${key}.weight`, weight);
  number({ min: 0, max: 65_535, integer: true })(`${key}.tier`, tier);
  oneOf(...Object.keys(ALPN))(`${key}.protocol`, protocol);
  if (tls !== undefined) checkTls(`${key}.tls`, tls);
  checkText(`${key}.name`, name);
  checkText(`${key}.socketPath`, socketPath);
  const parsed = parseUrl(url, `${key}${typeof given === 'string' ? '' : '.url'}`);
  if (protocol === 'alpn' && parsed.protocol === 'http:') {
    throw new TypeError(`${key}.protocol must be "http/1.1" or "h2" for an http:// URL, got "alpn"`);
  }
  const target = {
    ...targetOf(parsed),
    name: name ?? parsed.host,
    alpn: ALPN[protocol],
    tls: typeof tls === 'function' ? tls : tls && { ...tls },
    socketPath,
  };
  return Object.freeze({ weight, tier, target: Object.freeze(target) });
}

/** Never repeats credentials: error messages end up in logs. */
function showUrl(url: unknown): string {
  return typeof url === 'string' && url.includes('@') ? 'a URL with credentials' : show(url);
}

function parseUrl(url: unknown, key: string): URL {
  if (typeof url === 'string' && /^https?:\/\/\[[^\]]*%/.test(url)) {
    throw new TypeError(`${key} must not have an IPv6 zone id, got ${showUrl(url)}`);
  }
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed) throw new TypeError(`${key} must be an http:// or https:// URL, got ${showUrl(url)}`);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    const hint = /^[\w.-]+:\d+/.test(String(url)) ? `; did you mean ${show(`http://${String(url)}`)}?` : '';
    throw new TypeError(
      `${key} must be an http:// or https:// URL, got protocol ${show(parsed.protocol)}${hint}`,
    );
  }
  for (const part of ['username', 'password', 'search', 'hash'] as const) {
    // The value is not repeated: it may be a secret.
    if (parsed[part] !== '') throw new TypeError(`${key} must not have a ${part}`);
  }
  return parsed;
}

function targetOf(url: URL): Omit<Target, 'name' | 'alpn'> {
  const protocol = url.protocol === 'https:' ? 'https:' : 'http:';
  return {
    origin: url.origin,
    protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(url.port),
    host: url.host,
    prefix: url.pathname.replace(/\/+$/, ''),
  };
}
