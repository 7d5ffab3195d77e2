import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../engine/clock.ts';
import { type Resolver, resolveAddresses } from '../engine/resolver.ts';

/** Long enough to spare the resolver under load, short enough that a redeployed backend is found. */
const TTL_MS = 1_000;
const MAX_ENTRIES = 1_000;

interface Entry {
  readonly waiting: Callback[];
  addresses: LookupAddress[] | undefined;
  expiresAt: number;
}

type Callback = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/**
 * One lookup in flight per host name, its answer kept for a second. Four hanging getaddrinfo calls would
 * stall the whole process, file system included.
 */
export class DnsCache {
  readonly #clock: Clock;
  readonly #resolver: Resolver | undefined;
  readonly #entries = new Map<string, Entry>();

  /** Without a resolver, the system's: hosts file, search domains and all. */
  constructor(clock: Clock, resolver?: Resolver) {
    this.#clock = clock;
    this.#resolver = resolver;
  }

  /** In the shape that `net.connect({ lookup })` expects. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#resolve(hostname, (error, addresses) => {
      const first = addresses[0];
      if (error || !first) return callback(error ?? notFound(hostname), []);
      if (options.all) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };

  #resolve(hostname: string, callback: Callback): void {
    const entry = this.#entries.get(hostname);
    if (entry?.addresses && entry.expiresAt > this.#clock.now()) return callback(null, entry.addresses);
    if (entry && !entry.addresses) {
      entry.waiting.push(callback);
      return;
    }
    this.#start(hostname, callback);
  }

  #start(hostname: string, callback: Callback): void {
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    const entry: Entry = { waiting: [callback], addresses: undefined, expiresAt: 0 };
    this.#entries.set(hostname, entry);
    this.#ask(hostname, (error, addresses) => {
      if (error) this.#entries.delete(hostname);
      else {
        entry.addresses = addresses;
        entry.expiresAt = this.#clock.now() + TTL_MS;
      }
      for (const waiter of entry.waiting.splice(0)) waiter(error, addresses);
    });
  }

  #ask(hostname: string, callback: Callback): void {
    if (this.#resolver) {
      return resolveAddresses(this.#resolver, hostname, this.#clock, (error, addresses) =>
        callback(error, [...addresses]),
      );
    }
    systemLookup(hostname, { all: true }, (error, addresses) => callback(error, addresses ?? []));
  }
}

/** Node throws a TypeError of its own for an empty answer. */
function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address for ${hostname}`), {
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
  });
}
