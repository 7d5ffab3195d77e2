import { seededRandom } from '../../support/fake-random.ts';
import { byteName, bytesOf, type HostileCase } from '../hostile-case.ts';
import { BASES } from './bases.ts';

/** Those that parsers treat in ways of their own. */
const TELLING = bytesOf('\0\t\n\v\r ",-:;=09afAz\x7f\x80\xff');

/** Beside those, so many of the others per position, by chance. */
const OTHERS = 2;

/** A valid response in which one byte is another one. */
export function* mutations(seed: number): Iterable<HostileCase> {
  const random = seededRandom(seed);
  for (const { name, method, text, end } of BASES) {
    const valid = bytesOf(text);
    for (const [position, original] of valid.entries()) {
      const values = new Set(TELLING);
      for (let i = 0; i < OTHERS; i += 1) values.add(Math.floor(random() * 256));
      values.delete(original);
      for (const value of values) {
        const bytes = Buffer.from(valid);
        bytes[position] = value;
        const how = `${name}/${position}=${byteName(value)}`;
        yield { name: `mutation/${how}@${seed}`, method, segments: [bytes], end };
      }
    }
  }
}
