import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../../engine/clock.ts';
import type { Answer, NoAnswer } from './answer.ts';
import { bothOrSoon, Family } from './family.ts';
import type { Names } from './names.ts';

export interface Addresses {
  readonly addresses: readonly string[];
  readonly ttlMs: number;
}

export interface HostOptions {
  readonly clock: Clock;
  readonly names: Pick<Names, 'addresses' | 'system'>;
  /** Whether this machine could reach an IPv6 address at all. */
  readonly hasIPv6?: () => boolean;
}

/** Stands in for the TTL that getaddrinfo does not tell. */
const SYSTEM_TTL_MS = 5_000;

/** The addresses of one host name, of both families, each with its last good answer. */
export class HostAddresses {
  readonly #hostname: string;
  readonly #options: HostOptions;
  readonly #v4: Family;
  readonly #v6: Family;

  constructor(hostname: string, options: HostOptions) {
    this.#hostname = hostname;
    this.#options = options;
    this.#v4 = new Family(() => options.names.addresses(hostname, 4));
    this.#v6 = new Family(() => options.names.addresses(hostname, 6));
  }

  /** As of the last good answers. */
  get known(): readonly string[] {
    const v4 = this.#v4.known;
    const isReachable = v4.length === 0 || (this.#options.hasIPv6 ?? hasIPv6)();
    const v6 = this.#v6.known.filter((address) => isReachable || address === '::1');
    return [...new Set([...v4, ...v6])].sort();
  }

  async ask(): Promise<Answer<Addresses>> {
    const ttls: number[] = [];
    let nothing: NoAnswer | undefined;
    for (const answer of await bothOrSoon([this.#v4, this.#v6], this.#options.clock)) {
      if (answer.kind === 'found') ttls.push(...answer.found.map(({ ttl }) => ttl));
      // That one family has no address says nothing when the other could not be asked for.
      else if (!nothing || answer.kind === 'failed') nothing = answer;
    }
    if (ttls.length === 0 && nothing) return this.#askSystem(nothing);
    return this.#found(Math.min(...ttls) * 1_000);
  }

  #found(ttlMs: number): Answer<Addresses> {
    return { kind: 'found', found: { addresses: this.known, ttlMs } };
  }

  /** What no name server knows may still be in the hosts file, or in a search domain. */
  async #askSystem(nothing: NoAnswer): Promise<Answer<Addresses>> {
    const answer = await this.#options.names.system(this.#hostname);
    // That the hosts file has no such name says nothing of what the name servers would have said.
    if (!answer || (answer.kind !== 'found' && nothing.kind === 'failed')) return nothing;
    if (answer.kind !== 'found') return answer;
    this.#v4.known = answer.found.filter((address) => isIP(address) === 4);
    this.#v6.known = answer.found.filter((address) => isIP(address) === 6);
    return this.#found(SYSTEM_TTL_MS);
  }
}

/** As getaddrinfo does it: addresses of IPv6 are of no use to a machine that has none itself. */
function hasIPv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(
      ({ family, internal, address }) => family === 'IPv6' && !internal && !address.startsWith('fe80:'),
    ),
  );
}
