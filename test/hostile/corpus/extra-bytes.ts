import { bytesOf, type End, type HostileCase } from '../hostile-case.ts';
import { type Base, BASES } from './bases.ts';

const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';

const EXTRAS: Readonly<Record<string, string>> = {
  'a line end': '\r\n',
  'a letter': 'x',
  'a response': POISON,
  'half a response': POISON.slice(0, 30),
  'an interim response': 'HTTP/1.1 100 Continue\r\n\r\n',
  'a refusal': 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n',
  'a chunk': '5\r\nhello\r\n0\r\n\r\n',
  'a NUL': '\0',
  'a lot': 'x'.repeat(20_000),
};

/** A valid response, and more: in the same segment, at once after it, or when the response is over. */
export function* extraBytes(): Iterable<HostileCase> {
  for (const base of BASES.filter(({ name }) => !/until-close|events/.test(name))) {
    for (const [what, extra] of Object.entries(EXTRAS)) {
      for (const end of ['fin', 'hold'] as const) {
        yield makeCase(base, [base.text + extra], `${what}, together`, end);
        yield { ...makeCase(base, [base.text, extra], `${what}, after it`, end), alone: true };
      }
    }
  }
}

function makeCase({ name, method }: Base, segments: readonly string[], how: string, end: End): HostileCase {
  return { name: `extra/${name}/${how}/${end}`, method, segments: segments.map(bytesOf), end };
}
