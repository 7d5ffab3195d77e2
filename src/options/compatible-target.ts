import { createSecureContext } from 'node:tls';
import type { BackendSettings } from '../engine/settings.ts';
import type { DialTls } from '../engine/types.ts';
import { settleBackend } from './backends.ts';
import { show } from './check.ts';

/** How every target is connected to. */
export interface DialOptions {
  readonly tls: DialTls;
  readonly localAddress: string | undefined;
}

/** TLS that a target itself may bring, as an object. */
const TLS_KEYS = ['pfx', 'key', 'passphrase', 'cert', 'ca', 'ciphers', 'secureProtocol'];

type Parts = Readonly<Record<string, unknown>>;

/** @throws TypeError naming the key, when it is no target of http-proxy-middleware's, or one that we must not use. */
export function settleTarget(given: unknown, key: string, dial: DialOptions): BackendSettings {
  const parts =
    typeof given === 'object' && given !== null && !(given instanceof URL) ? (given as Parts) : {};
  const url = urlOf(given, parts, key);
  const { socketPath } = parts;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError(`${key} must be an http:// or https:// URL, got protocol ${show(url.protocol)}`);
  }
  const settled = settleBackend(
    {
      url: `${url.origin}${url.pathname}`,
      ...(socketPath !== undefined && { socketPath: socketPath as string }),
    },
    key,
  );
  const tls = { ...dial.tls, ...pick(parts, TLS_KEYS) };
  if (url.protocol === 'https:') checkTls(tls, key);
  const target = {
    ...settled.target,
    ...(socketPath !== undefined && { name: String(socketPath) }),
    ...(url.search !== '' && { search: url.search }),
    ...(dial.localAddress !== undefined && { localAddress: dial.localAddress }),
    tls,
  };
  return Object.freeze({ ...settled, target: Object.freeze(target) });
}

export function pick(parts: Parts, keys: readonly string[]): DialTls {
  return Object.fromEntries(keys.filter((key) => parts[key] !== undefined).map((key) => [key, parts[key]]));
}

function urlOf(given: unknown, parts: Parts, key: string): URL {
  const text =
    given instanceof URL ? given.href : typeof given === 'string' ? given : textOf(parts, given, key);
  // As http-proxy-middleware has it: the protocol of an upgrade is that of HTTP.
  const plain = text.replace(/^ws(s?):/i, 'http$1:');
  if (!URL.canParse(plain)) throw new TypeError(`${key} must be a URL, got ${showUrl(text)}`);
  const url = new URL(plain);
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(
      `${key} must not have credentials, which http-proxy-middleware ignores: use \`auth\``,
    );
  }
  return url;
}

/** As `url.parse` and Node's own requests have it. */
function textOf(parts: Parts, given: unknown, key: string): string {
  const { protocol = 'http:', host, hostname = host, port, pathname, search, socketPath } = parts;
  const name = hostname ?? (socketPath === undefined ? undefined : 'localhost');
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`${key} must be a URL, or an object with a host, got ${show(given)}`);
  }
  const bracketed = name.includes(':') && /^[\da-f:.]+$/i.test(name) ? `[${name}]` : name;
  const where = port === undefined || port === null || port === '' ? '' : `:${String(port)}`;
  const path = typeof pathname === 'string' ? pathname : '';
  return `${String(protocol)}//${bracketed}${where}${path}${typeof search === 'string' ? search : ''}`;
}

function checkTls(tls: DialTls, key: string): void {
  try {
    createSecureContext(tls);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TypeError(`${key} must have readable certificates and a key that fits: ${reason}`, {
      cause: error,
    });
  }
}

function showUrl(text: string): string {
  return text.includes('@') ? 'a URL with credentials' : show(text);
}
