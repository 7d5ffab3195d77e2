import { lookup as systemLookup, Resolver as SystemResolver } from 'node:dns';
import { isIP } from 'node:net';
import type { Clock } from '../../engine/clock.ts';
import { type AddressRecord, ask, type Resolver, type ServiceRecord } from '../../engine/resolver.ts';
import { type Answer, answerOf, failure } from './answer.ts';

/** No question takes longer: a resolver that never answers must not end discovery. */
const QUESTION_MS = 5_000;
/** Two tries end before QUESTION_MS. */
const SYSTEM_RESOLVER = { timeout: 1_500, tries: 2 };

type Query<Row> = (
  resolver: Resolver,
  callback: (error: NodeJS.ErrnoException | null, rows: readonly Row[]) => void,
) => unknown;

export interface NamesOptions {
  readonly clock: Clock;
  /** Default: name servers of the system, and then the system's own lookup. */
  readonly resolver?: Resolver | undefined;
}

/** Asks name servers. Says whether an answer is one, a definite no, or a failure; never rejects. */
export class Names {
  readonly #clock: Clock;
  readonly #given: Resolver | undefined;
  #own: SystemResolver | undefined;
  readonly #lookups = new Map<string, Promise<Answer<readonly string[]>>>();
  #lastLookup: Promise<unknown> = Promise.resolve();

  constructor({ clock, resolver }: NamesOptions) {
    this.#clock = clock;
    this.#given = resolver;
  }

  async addresses(hostname: string, family: 4 | 6): Promise<Answer<readonly AddressRecord[]>> {
    const resolve = family === 4 ? 'resolve4' : 'resolve6';
    const answer = await this.#ask<AddressRecord>((resolver, callback) =>
      resolver[resolve](hostname, { ttl: true }, callback),
    );
    return usable(answer, ({ address }) => isIP(address) === family);
  }

  async services(hostname: string): Promise<Answer<readonly ServiceRecord[]>> {
    const answer = await this.#ask<ServiceRecord>((resolver, callback) =>
      resolver.resolveSrv?.(hostname, callback),
    );
    // "." says that there is decidedly no such service (RFC 2782); c-ares makes it an empty name.
    return usable(answer, ({ name, port }) => name !== '' && name !== '.' && port > 0);
  }

  /**
   * As the system finds names: hosts file, search domains. Undefined when the app brought a resolver, which
   * then has the last word. One call at a time: each holds one of the process's four threads, and where name
   * servers are silent, it does so for long.
   */
  system(hostname: string): Promise<Answer<readonly string[]>> | undefined {
    if (this.#given) return undefined;
    let lookup = this.#lookups.get(hostname);
    if (!lookup) {
      lookup = this.#lastLookup.then(() => lookUp(hostname)).finally(() => this.#lookups.delete(hostname));
      this.#lastLookup = lookup;
      this.#lookups.set(hostname, lookup);
    }
    const running = lookup;
    return this.#limited((resolve) => void running.then(resolve));
  }

  /** Gives up what is under way at our own resolver; that of the app may have other questions to answer. */
  close(): void {
    this.#own?.cancel();
  }

  async #ask<Row>(query: Query<Row>): Promise<Answer<readonly Row[]>> {
    const resolver: Resolver = this.#given ?? (this.#own ??= new SystemResolver(SYSTEM_RESOLVER));
    const answer = await this.#limited<readonly Row[]>((resolve) =>
      ask<Row>(
        (callback) => query(resolver, callback),
        // The app's resolver may answer anything.
        (error, rows) => resolve(answerOf(error, Array.isArray(rows) ? rows.filter(Boolean) : [])),
      ),
    );
    // It knows the name servers of the time when it was made: there may be others by now.
    if (answer.kind === 'failed' && this.#own === resolver) this.#own = undefined;
    return answer;
  }

  #limited<Found>(start: (resolve: (answer: Answer<Found>) => void) => void): Promise<Answer<Found>> {
    return new Promise((resolve) => {
      const late = (): void => resolve({ kind: 'failed', error: failure('ETIMEOUT') });
      const timer = this.#clock.after(QUESTION_MS, late);
      start((answer) => {
        timer.cancel();
        resolve(answer);
      });
    });
  }
}

function lookUp(hostname: string): Promise<Answer<readonly string[]>> {
  return new Promise((resolve) => {
    systemLookup(hostname, { all: true }, (error, found) =>
      resolve(
        answerOf(
          error,
          (found ?? []).map(({ address }) => address),
        ),
      ),
    );
  });
}

/** Without rows that nothing can be done with. */
function usable<Row>(
  answer: Answer<readonly Row[]>,
  isUsable: (row: Row) => boolean,
): Answer<readonly Row[]> {
  return answer.kind === 'found' ? answerOf(null, answer.found.filter(isUsable)) : answer;
}
