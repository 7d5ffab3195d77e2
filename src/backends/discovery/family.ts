import type { Clock } from '../../engine/clock.ts';
import type { AddressRecord } from '../../engine/resolver.ts';
import type { Answer } from './answer.ts';

/** RFC 8305 section 3: how long one family waits for the other. */
const RESOLUTION_DELAY_MS = 50;

export type FamilyAnswer = Answer<readonly AddressRecord[]>;

/** IPv4 or IPv6 addresses of one host, as of the last answer that was one. */
export class Family {
  known: readonly string[] = [];
  readonly #query: () => Promise<FamilyAnswer>;
  #asked = 0;
  #answered = 0;

  constructor(query: () => Promise<FamilyAnswer>) {
    this.#query = query;
  }

  async ask(): Promise<FamilyAnswer> {
    this.#asked += 1;
    const number = this.#asked;
    const answer = await this.#query();
    // An answer may be late, but not so late that a newer one was here before.
    if (answer.kind !== 'failed' && number > this.#answered) {
      this.#answered = number;
      this.known = answer.kind === 'found' ? answer.found.map(({ address }) => address) : [];
    }
    return answer;
  }
}

/** Both answers; or the one that found something, when the other takes more than a moment longer. */
export function bothOrSoon(families: readonly Family[], clock: Clock): Promise<readonly FamilyAnswer[]> {
  return new Promise((resolve) => {
    const answers: FamilyAnswer[] = [];
    let timer: ReturnType<Clock['after']> | undefined;
    const take = (answer: FamilyAnswer): void => {
      answers.push(answer);
      if (answers.length === families.length) {
        timer?.cancel();
        resolve(answers);
      } else if (answer.kind === 'found') {
        timer = clock.after(RESOLUTION_DELAY_MS, () => resolve(answers));
      }
    };
    for (const family of families) void family.ask().then(take);
  });
}
