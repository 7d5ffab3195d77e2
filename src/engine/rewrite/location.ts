import { climbs } from '../dot-segments.ts';
import { HookError, runHook } from '../hooks.ts';
import { behindPrefix, pathnameOf } from '../path.ts';
import type { LocationFunction } from '../settings.ts';
import type { Exchange, Target } from '../types.ts';

/** Scheme, authority and the rest; a scheme-relative one has no scheme. Nothing with a backslash in front. */
const WITH_AUTHORITY = /^(?:(https?):)?\/\/([^/?#\\]*)(|[/?#].*)$/is;
const WITHOUT_AUTHORITY = /^\/(?![/\\])/;
/** At its beginning, browsers would take the second segment for a host; tabs they pass over. */
const LIKE_A_HOST = /^\/\t*[/\\]/;

/** A Location that names the backend, as the client would ask for it; any other as it is. */
export function clientLocation(location: string, exchange: Exchange, target: Target): string {
  const named = WITH_AUTHORITY.exec(location);
  if (!named) {
    return WITHOUT_AUTHORITY.test(location)
      ? relative(clientPath(location, exchange, target), location)
      : location;
  }
  const [, scheme = target.protocol.slice(0, -1), authority = '', rest = ''] = named;
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  if (isOrigin(`${scheme}://${authority}`, target)) {
    return relative(clientPath(path, exchange, target), location);
  }
  // A backend that was told the client's Host knows no other.
  if (authority.toLowerCase() !== exchange.authority?.toLowerCase()) return location;
  const mapped = clientPath(path, exchange, target);
  if (mapped === undefined || mapped === path) return location;
  return location.slice(0, location.length - rest.length) + mapped;
}

function isOrigin(origin: string, target: Target): boolean {
  if (!URL.canParse(origin)) return false;
  const { username, password, origin: normalized } = new URL(origin);
  return username === '' && password === '' && normalized === target.origin;
}

function relative(path: string | undefined, location: string): string {
  return path === undefined ? location : LIKE_A_HOST.test(path) ? `/.${path}` : path;
}

/** From the backend's paths to the client's: prefix, rewriting and mount path undone. Undefined where there is none. */
function clientPath(path: string, exchange: Exchange, { prefix }: Target): string | undefined {
  if (climbs(pathnameOf(path))) return undefined;
  const behind = behindPrefix(path, prefix);
  if (behind === undefined) return undefined;
  const sent = behind.startsWith('/') ? behind : `/${behind}`;
  const { request, settings, originalUrl } = exchange;
  const undo = settings.rewrite.path?.undo;
  const asked = undo ? undo(sent, request.path) : sent;
  return asked === undefined ? undefined : below(mountPathOf(originalUrl, request.path), asked);
}

/** A backend that knows where it is mounted has said so already. */
function below(mountPath: string, path: string): string {
  return mountPath === '' || behindPrefix(path, mountPath) !== undefined ? path : mountPath + path;
}

/** What a framework has taken off the path that the client asked for. */
export function mountPathOf(originalUrl: string | undefined, path: string): string {
  if (originalUrl === undefined) return '';
  const asked = pathnameOf(originalUrl.replace(/^https?:\/\/[^/?#]*/i, ''));
  const left = pathnameOf(path);
  if (asked.endsWith(left)) return asked.slice(0, asked.length - left.length);
  return left === '/' ? asked : '';
}

/** @throws HookError when the function throws, or gives what is no header value. */
export function locationBy(decide: LocationFunction, location: string, { request }: Exchange): string {
  const given: unknown = runHook('rewrite.location', () => decide(location, request)) ?? location;
  if (given === location) return location;
  if (typeof given === 'string' && /^[\x21-\x7e\x80-\xff]*$/.test(given)) return given;
  throw new HookError(
    'rewrite.location',
    new TypeError('it must return a URL, without white space and control characters'),
  );
}
