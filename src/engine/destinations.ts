import { BlockList, isIP } from 'node:net';
import type { DestinationSettings } from './settings.ts';
import type { Target } from './types.ts';

/** Says what an address is, for people: `a loopback address`. */
interface Range {
  readonly what: string;
  readonly list: BlockList;
}

/** What `private` opens. */
const PRIVATE: readonly Range[] = [
  range('a loopback address', '127.0.0.0/8', '::1/128'),
  // RFC 1918, RFC 6598, RFC 4193.
  range(
    'an address of a private network',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    'fc00::/7',
  ),
];

/** What nobody means when they say "private": only `allow` opens it. */
const RESERVED: readonly Range[] = [
  // Where clouds hand out credentials, beside 169.254.169.254.
  range(
    'an address of a cloud metadata service',
    '169.254.169.254/32',
    '100.100.100.200/32',
    '168.63.129.16/32',
    'fd00:ec2::254/128',
    'fd20:ce::254/128',
  ),
  range('a link-local address', '169.254.0.0/16', 'fe80::/10'),
  // IANA's special-purpose registries: this network, protocol assignments, documentation, benchmarks, multicast.
  range(
    'a reserved address',
    '0.0.0.0/8',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/3',
    '2001::/23',
    '2001:db8::/32',
    '3fff::/20',
  ),
];
const RESERVED_WHAT = 'a reserved address';

/** All that IPv6 has for hosts of the public network. */
const GLOBAL_UNICAST = range('', '2000::/3').list;
/** An IPv4 address in the last 32 bits, or in the 32 bits behind the prefix; a translator sends it on from there. */
const NAT64 = range('', '64:ff9b::/96').list;
const SIX_TO_FOUR = range('', '2002::/16').list;
const MAPPED = range('', '::ffff:0:0/96').list;

function range(what: string, ...subnets: readonly string[]): Range {
  return { what, list: blockList(subnets) };
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), familyOf(network));
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Which addresses may be connected to. Asked with the address itself, behind DNS: a name can say anything. */
export class Destinations {
  readonly #allowsPrivate: boolean;
  readonly #addresses: BlockList;
  readonly #hosts: readonly string[] | undefined;
  readonly #sockets: readonly string[];

  constructor({ allowsPrivate, addresses, hosts, sockets }: DestinationSettings) {
    this.#allowsPrivate = allowsPrivate;
    this.#addresses = blockList(addresses);
    this.#hosts = hosts;
    this.#sockets = sockets;
  }

  /** Why this address of the target may not be connected to: what it is. Undefined when it may. */
  refusalOf(target: Pick<Target, 'hostname'>, address: string): string | undefined {
    // Of a zone, only the address counts.
    const plain = address.replace(/%.*$/s, '');
    if (isIP(plain) === 0) return 'not an address';
    if (this.#addresses.check(plain, familyOf(plain))) return undefined;
    const special = kindOf(plain, this.#allowsPrivate);
    if (special !== undefined) return special;
    return this.#allowsHost(target.hostname) ? undefined : 'an address that is not listed';
  }

  /** A path is no address: it has to be listed. */
  refusalOfSocket(path: string): string | undefined {
    const isListed = this.#sockets.some((listed) =>
      listed.endsWith('/') ? path.startsWith(listed) && !climbs(path) : path === listed,
    );
    return isListed ? undefined : 'a Unix socket that is not listed';
  }

  #allowsHost(hostname: string): boolean {
    if (this.#hosts === undefined || this.#hosts.includes('*')) return true;
    if (isIP(hostname) !== 0) return false;
    const name = hostname.toLowerCase().replace(/\.$/, '');
    return this.#hosts.some((host) => (host.startsWith('*') ? name.endsWith(host.slice(1)) : name === host));
  }
}

function climbs(path: string): boolean {
  return path.split('/').includes('..');
}

/** What is special about an address; undefined for one of the public network. */
function kindOf(address: string, allowsPrivate: boolean): string | undefined {
  const family = familyOf(address);
  const isIn = ({ list }: Range): boolean => list.check(address, family);
  const reserved = RESERVED.find(isIn);
  if (reserved) return reserved.what;
  const local = PRIVATE.find(isIn);
  if (local) return allowsPrivate ? undefined : local.what;
  if (family === 'ipv4' || MAPPED.check(address, family)) return undefined;
  const embedded = embeddedIn(address);
  // Behind a translator, private addresses are those of somebody else's network.
  if (embedded !== undefined) return kindOf(embedded, false);
  return GLOBAL_UNICAST.check(address, family) ? undefined : RESERVED_WHAT;
}

function embeddedIn(address: string): string | undefined {
  if (NAT64.check(address, 'ipv6')) return dotted(groupsOf(address).slice(6));
  return SIX_TO_FOUR.check(address, 'ipv6') ? dotted(groupsOf(address).slice(1, 3)) : undefined;
}

/** The eight 16-bit groups of an IPv6 address, however it is spelled. */
function groupsOf(address: string): number[] {
  // The URL parser brings it into one form: hexadecimal, compressed.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const parse = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => parseInt(group, 16));
  const before = parse(head);
  if (tail === undefined) return before;
  const after = parse(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function dotted([high = 0, low = 0]: readonly number[]): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
