import { seededRandom } from '../support/fake-random.ts';
import { conflicts } from './corpus/conflicts.ts';
import { extraBytes } from './corpus/extra-bytes.ts';
import type { Family } from './corpus/family.ts';
import { lookalikes } from './corpus/grammar.ts';
import { mutations } from './corpus/mutations.ts';
import { oversized } from './corpus/oversized.ts';
import { prefixes } from './corpus/prefixes.ts';
import { randomBytes } from './corpus/random-bytes.ts';
import { splits } from './corpus/splits.ts';
import type { HostileCase } from './hostile-case.ts';

export const FAMILIES: Readonly<Record<string, Family>> = {
  prefixes,
  mutations,
  splits,
  extraBytes,
  randomBytes,
  oversized,
  conflicts,
  lookalikes,
};

/** Every case there is for a seed, by family. */
export function* corpus(seed: number): Iterable<HostileCase> {
  for (const family of Object.values(FAMILIES)) yield* family(seed);
}

/** So many of each family, chosen by the seed. */
export function sampleOf(seed: number, perFamily: number): HostileCase[] {
  const random = seededRandom(seed);
  return Object.values(FAMILIES).flatMap((family) => {
    const all = [...family(seed)];
    // Shuffled only as far as is needed.
    for (let i = 0; i < Math.min(perFamily, all.length); i += 1) {
      const other = i + Math.floor(random() * (all.length - i));
      [all[i], all[other]] = [all[other] as HostileCase, all[i] as HostileCase];
    }
    return all.slice(0, perFamily);
  });
}

/**
 * One case by its name, which tells the seed too.
 * @throws when there is none.
 */
export function caseNamed(name: string): HostileCase {
  const seed = Number(/@(\d+)$/.exec(name)?.[1] ?? 1);
  for (const one of corpus(seed)) if (one.name === name) return one;
  throw new Error(`there is no hostile case "${name}"`);
}
