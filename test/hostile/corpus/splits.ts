import type { Random } from '../../../src/engine/clock.ts';
import { seededRandom } from '../../support/fake-random.ts';
import { bytesOf, type HostileCase } from '../hostile-case.ts';
import { type Base, BASES } from './bases.ts';

/** Of all pairs of places to cut at, so many per response. */
const PAIRS = 40;

/** A valid response in several segments: cut at each boundary, at two of them, and between any two bytes. */
export function* splits(seed: number): Iterable<HostileCase> {
  const random = seededRandom(seed);
  for (const base of BASES) {
    const { length } = base.text;
    for (let at = 1; at < length; at += 1) yield cut(base, [at], `${at}`);
    for (const [first, second] of pairsBelow(length, random)) {
      yield cut(base, [first, second], `${first},${second}@${seed}`);
    }
    // So many segments take a while: alone, that is far below any limit.
    yield { ...cut(base, [...Array(length).keys()].slice(1), 'everywhere'), alone: true };
  }
}

function pairsBelow(length: number, random: Random): Iterable<readonly [number, number]> {
  const pairs = new Map<string, readonly [number, number]>();
  for (let i = 0; i < PAIRS; i += 1) {
    const first = 1 + Math.floor(random() * (length - 2));
    const second = first + 1 + Math.floor(random() * (length - first - 1));
    pairs.set(`${first},${second}`, [first, second]);
  }
  return pairs.values();
}

function cut({ name, method, text, end }: Base, places: readonly number[], how: string): HostileCase {
  const bounds = [0, ...places, text.length];
  const segments = bounds.slice(1).map((bound, index) => bytesOf(text.slice(bounds[index], bound)));
  return { name: `split/${name}/${how}`, method, segments, end };
}
