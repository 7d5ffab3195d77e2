import type { Answer } from '../../src/backends/discovery/answer.ts';
import { failure } from '../../src/backends/discovery/answer.ts';
import type { Polled } from '../../src/backends/discovery/polled-source.ts';
import type { AddressRecord, ServiceRecord } from '../../src/engine/resolver.ts';
import type { BackendSettings } from '../../src/engine/settings.ts';
import { settleSources } from '../../src/options/sources.ts';
import { deferred, type Deferred } from './fake-outcome.ts';

type Told = readonly string[] | 'none' | 'failed' | 'silence';

/** A name server that says what the test told it. `silence`: answered when the test does so. */
export class FakeNames {
  ttl = 10;
  readonly v4 = new Map<string, Told>();
  readonly v6 = new Map<string, Told>();
  readonly services = new Map<string, readonly ServiceRecord[]>();
  /** Undefined: the app brought its own resolver. */
  hosts: ReadonlyMap<string, readonly string[]> | undefined = undefined;
  readonly asked: string[] = [];
  readonly silent: Deferred<Answer<readonly AddressRecord[]>>[] = [];

  readonly names = {
    addresses: (hostname: string, family: 4 | 6): Promise<Answer<readonly AddressRecord[]>> => {
      this.asked.push(`${family} ${hostname}`);
      const told = (family === 4 ? this.v4 : this.v6).get(hostname) ?? 'none';
      if (told !== 'silence') return Promise.resolve(this.answer(told));
      const later = deferred<Answer<readonly AddressRecord[]>>();
      this.silent.push(later);
      return later.promise;
    },
    services: (hostname: string): Promise<Answer<readonly ServiceRecord[]>> => {
      const found = this.services.get(hostname);
      return Promise.resolve(found ? { kind: 'found', found } : nothing('none'));
    },
    system: (hostname: string): Promise<Answer<readonly string[]>> | undefined => {
      if (!this.hosts) return undefined;
      this.asked.push(`system ${hostname}`);
      const found = this.hosts.get(hostname);
      return Promise.resolve(found ? { kind: 'found', found } : nothing('none'));
    },
  };

  answer(told: readonly string[] | 'none' | 'failed'): Answer<readonly AddressRecord[]> {
    if (typeof told === 'string') return nothing(told);
    return { kind: 'found', found: told.map((address) => ({ address, ttl: this.ttl })) };
  }
}

export function nothing(kind: 'none' | 'failed', code?: string): Answer<never> {
  return { kind, error: failure(code ?? (kind === 'none' ? 'ENOTFOUND' : 'ESERVFAIL')) };
}

/** The entry of the options that backends are found for. */
export function templateOf(entry: object): BackendSettings {
  const [source] = settleSources([entry]).sources;
  if (source?.kind !== 'dns' && source?.kind !== 'srv') throw new Error('no entry with discover');
  return source.template;
}

/** Names, and what the pool goes by; or what came instead. */
export function summaryOf(answer: Answer<Polled>): unknown {
  if (answer.kind !== 'found') return answer.kind;
  return answer.found.backends.map(({ target, weight, tier }) => `${target.name} ${weight} ${tier}`);
}
