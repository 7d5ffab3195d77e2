import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { Destinations } from '../engine/destinations.ts';
import type { Target } from '../engine/types.ts';
import { PROHIBITED } from '../failure/own-codes.ts';

/** Of a target that is connected to without asking DNS: why not. Undefined when it may be, or DNS comes first. */
export function refuseTarget(destinations: Destinations, target: Target): Error | undefined {
  const { socketPath, address = target.hostname } = target;
  if (socketPath !== undefined) {
    const what = destinations.refusalOfSocket(socketPath);
    return what === undefined ? undefined : prohibited(socketPath, [what]);
  }
  if (isIP(address) === 0) return undefined;
  const what = destinations.refusalOf(target, address);
  return what === undefined ? undefined : prohibited(address, [what]);
}

/** What DNS answered, without what may not be connected to; an error when nothing is left. */
export function allowedOf<Found extends string | LookupAddress[]>(
  destinations: Destinations,
  target: Target,
  found: Found,
): Found | Error {
  const whats = new Set<string>();
  const isAllowed = (address: string): boolean => {
    const what = destinations.refusalOf(target, address);
    if (what !== undefined) whats.add(what);
    return what === undefined;
  };
  if (typeof found === 'string') return isAllowed(found) ? found : prohibited(found, whats);
  const allowed = found.filter(({ address }) => isAllowed(address));
  if (allowed.length > 0 || found.length === 0) return allowed as Found;
  return prohibited(found.map(({ address }) => address).join(', '), whats);
}

/** `address` is for logs: the message is shown to trusted readers, who are not told where backends are. */
function prohibited(address: string, whats: Iterable<string>): Error {
  const error = new Error(`It is ${[...whats].join(' or ')}.`);
  return Object.assign(error, { code: PROHIBITED, address });
}
