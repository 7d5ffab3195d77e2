import type { ServiceRecord } from '../../engine/resolver.ts';
import type { BackendSettings } from '../../engine/settings.ts';
import type { Answer, NoAnswer } from './answer.ts';
import { discovered } from './discovered.ts';
import { HostAddresses, type HostOptions } from './host-addresses.ts';
import type { Names } from './names.ts';
import type { Polled } from './polled-source.ts';
import { sharesOf } from './shares.ts';

export interface ServiceOptions extends HostOptions {
  readonly names: Pick<Names, 'services' | 'addresses' | 'system'>;
}

/** What one host of a service answered. */
interface Place {
  readonly addresses: readonly string[];
  readonly ttlMs: number;
  readonly nothing?: NoAnswer;
}

const NOWHERE: Place = { addresses: [], ttlMs: 0 };

/** Every address of every host that the service records of the URL's host name is a backend. */
export class Services {
  readonly #template: BackendSettings;
  readonly #options: ServiceOptions;
  #hosts = new Map<string, HostAddresses>();

  constructor(template: BackendSettings, options: ServiceOptions) {
    this.#template = template;
    this.#options = options;
  }

  readonly ask = async (): Promise<Answer<Polled>> => {
    const answer = await this.#options.names.services(this.#template.target.hostname);
    if (answer.kind !== 'found') return answer;
    const places = await this.#placesOf(answer.found);
    const backends = this.#backendsAt(answer.found, places);
    const nothing = [...places.values()].flatMap((place) => place.nothing ?? []);
    const [first] = nothing;
    if (backends.length === 0 && first) return nothing.find(({ kind }) => kind === 'failed') ?? first;
    // Node does not tell the TTL of service records: those of the addresses stand in for it.
    const ttlMs = Math.min(...[...places.values()].map((place) => place.ttlMs));
    return { kind: 'found', found: { backends, ttlMs } };
  };

  /** Each host is asked for once, however many records name it. */
  async #placesOf(records: readonly ServiceRecord[]): Promise<ReadonlyMap<string, Place>> {
    const names = [...new Set(records.map(({ name }) => name))];
    const hosts = names.map((name) => this.#hosts.get(name) ?? new HostAddresses(name, this.#options));
    this.#hosts = new Map(names.map((name, index) => [name, hosts[index] as HostAddresses]));
    const places = await Promise.all(hosts.map(placeOf));
    return new Map(names.map((name, index) => [name, places[index] as Place]));
  }

  #backendsAt(records: readonly ServiceRecord[], places: ReadonlyMap<string, Place>): BackendSettings[] {
    const found = records.flatMap((record) => {
      const { addresses } = places.get(record.name) ?? NOWHERE;
      return addresses.map((address) => ({ ...record, address, among: addresses.length }));
    });
    const shares = sharesOf(found);
    const byName = new Map<string, BackendSettings>();
    for (const [index, { address, name: hostname, port, priority }] of found.entries()) {
      const host = { hostname, port };
      const backend = discovered(this.#template, { address, host, priority, share: shares[index] ?? 1 });
      if (!byName.has(backend.target.name)) byName.set(backend.target.name, backend);
    }
    return [...byName.values()];
  }
}

/** A host that cannot be asked for stays where it was, and is asked for again soon. */
async function placeOf(host: HostAddresses): Promise<Place> {
  const answer = await host.ask();
  return answer.kind === 'found' ? answer.found : { addresses: host.known, ttlMs: 0, nothing: answer };
}
