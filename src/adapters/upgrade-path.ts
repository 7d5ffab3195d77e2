import type { UpgradeSettings } from '../engine/settings.ts';
import type { RequestTarget } from './request.ts';

/** The target as a backend gets it; undefined when it is none of this mount's. */
export function targetAt(target: RequestTarget, { path, strip }: UpgradeSettings): RequestTarget | undefined {
  if (path === undefined) return target;
  const base = path.endsWith('/') ? path.slice(0, -1) : path;
  const rest = target.path.slice(base.length);
  if (!target.path.startsWith(base) || !/^(?:$|[/?])/.test(rest)) return undefined;
  return strip ? { ...target, path: rest.startsWith('/') ? rest : `/${rest}` } : target;
}
