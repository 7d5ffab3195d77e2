import { bytesOf, type HostileCase } from '../hostile-case.ts';
import { BASES } from './bases.ts';

const ENDS = ['fin', 'rst', 'hold'] as const;

/** A valid response up to each of its bytes, the last one included; then the connection closes, breaks or stalls. */
export function* prefixes(): Iterable<HostileCase> {
  for (const { name, method, text } of BASES) {
    for (let length = 0; length <= text.length; length += 1) {
      for (const end of ENDS) {
        // Silence is normal in an event stream: it would never end.
        if (name === 'events' && end === 'hold') continue;
        const segments = length === 0 ? [] : [bytesOf(text.slice(0, length))];
        yield { name: `prefix/${name}/${length}/${end}`, method, segments, end };
      }
    }
  }
}
