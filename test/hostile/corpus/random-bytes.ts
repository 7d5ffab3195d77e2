import { seededRandom } from '../../support/fake-random.ts';
import { bytesOf, type HostileCase, type Method } from '../hostile-case.ts';

const COUNT = 1_500;
const METHODS: readonly Method[] = ['GET', 'POST', 'HEAD'];
const ENDS = ['fin', 'rst', 'hold'] as const;

/** What comes before the noise: the further a parser is, the more there is to go wrong. */
const BEFORE = [
  '',
  'HTTP/1.1 ',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: ',
  'HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
];

/** Bytes by chance: any, or only such as stand in heads, which get further. */
const ALPHABETS = [undefined, 'HTP/1.0 2\r\n:abc;=0123456789'];

export function* randomBytes(seed: number): Iterable<HostileCase> {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let i = 0; i < COUNT; i += 1) {
    const alphabet = ALPHABETS[i % ALPHABETS.length];
    const noise = Array.from({ length: 1 + below(60) }, () =>
      alphabet === undefined ? below(256) : alphabet.charCodeAt(below(alphabet.length)),
    );
    const before = bytesOf(BEFORE[below(BEFORE.length)] ?? '');
    yield {
      name: `random/${i}@${seed}`,
      method: METHODS[below(METHODS.length)] ?? 'GET',
      segments: [Buffer.concat([before, Buffer.from(noise)])],
      end: ENDS[below(ENDS.length)] ?? 'fin',
    };
  }
}
