import { isIP } from 'node:net';
import { Destinations } from '../engine/destinations.ts';
import type { DestinationSettings } from '../engine/settings.ts';
import type { DestinationOptions } from '../options.ts';
import { aBoolean, checkKeys, show } from './check.ts';

const RULE =
  'an address (10.0.0.7), a range (10.0.0.0/8), a host (api.internal, *.internal) or a Unix socket (unix:/run/app.sock)';
const LABEL = '[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?';
/** The last label is no number: neither `10.0.0` nor `0x7f000001` is a host, or an address as URLs have it. */
const NUMBER = '(?:\\d+|0x[\\da-f]*)';
const HOST = new RegExp(`^(?:\\*|(?:\\*\\.)?(?:${LABEL}\\.)*(?!${NUMBER}\\.?$)${LABEL}\\.?)$`);

type Entry = readonly [kind: 'addresses' | 'hosts' | 'sockets', value: string];

/** @throws TypeError that names key, rule and value. */
export function settleDestinations(given: DestinationOptions | false | undefined): Destinations | undefined {
  if (given === undefined || given === false) return undefined;
  checkKeys('destinations', given, ['allow', 'private']);
  const { allow, private: allowsPrivate = false } = given;
  aBoolean('destinations.private', allowsPrivate);
  return new Destinations({ ...listsOf(allow), allowsPrivate });
}

function listsOf(allow: unknown): Omit<DestinationSettings, 'allowsPrivate'> {
  if (allow === undefined) return { addresses: [], hosts: undefined, sockets: [] };
  if (!Array.isArray(allow) || allow.length === 0) {
    throw new TypeError(`destinations.allow must be an array with at least one entry, got ${show(allow)}`);
  }
  const entries = allow.map((entry: unknown, index) => parse(`destinations.allow[${index}]`, entry));
  const pick = (kind: Entry[0]): string[] => entries.flatMap((entry) => (entry[0] === kind ? entry[1] : []));
  return { addresses: pick('addresses'), hosts: pick('hosts'), sockets: pick('sockets') };
}

function parse(key: string, entry: unknown): Entry {
  const parsed = typeof entry === 'string' ? parseText(entry) : undefined;
  if (parsed) return parsed;
  throw new TypeError(`${key} must be ${RULE}, got ${show(entry)}`);
}

function parseText(text: string): Entry | undefined {
  if (text.startsWith('unix:')) return text.startsWith('unix:/') ? ['sockets', text.slice(5)] : undefined;
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  if (isIP(address) !== 0 && !address.includes('%')) {
    const length = prefix ?? String(bits);
    const isRange = rest.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= bits;
    return isRange ? ['addresses', `${address}/${length}`] : undefined;
  }
  const host = text.toLowerCase();
  return HOST.test(host) ? ['hosts', host.replace(/\.$/, '')] : undefined;
}
