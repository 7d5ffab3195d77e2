import fc from 'fast-check';
import { bytesOf, type HostileCase } from '../hostile-case.ts';

const COUNT = 2_000;

const startLine = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.0 200 OK', 'HTTP/1.1 404 Not Found') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('HTTP/1.1 204 No Content', 'HTTP/1.1 304 Not Modified', 'HTTP/1.1 503 No'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('HTTP/1.1 101 Switching', 'HTTP/1.1 100 Continue', 'HTTP/1.1 103 Hints'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('HTTP/1.1  200 OK', 'HTTP/1.1 200', 'HTTP/9.9 200 OK', 'HTTP/1.1 7 OK', ''),
  },
);

const header = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('Content-Length: 5', 'Content-Length: 0', 'content-length: 300') },
  { weight: 3, arbitrary: fc.constantFrom('Transfer-Encoding: chunked', 'TRANSFER-ENCODING:chunked') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('Content-Length: 5, 5', 'Content-Length: x', 'Transfer-Encoding: gzip'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('Connection: close', 'Connection: keep-alive', 'Keep-Alive: timeout=1'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('Upgrade: websocket', 'Connection: upgrade', 'Trailer: X-A', 'Via: 1.1 x'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('Vary: *', 'Set-Cookie: a=1', 'Content-Encoding: gzip', 'Proxy-Cause: x'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(' folded', 'no colon', ': no name', 'Sp ace: 1', 'X-Nul: \0', 'X: \x01'),
  },
);

const lineEnd = fc.oneof(
  { weight: 30, arbitrary: fc.constant('\r\n') },
  { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\r\r\n', '') },
);

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('hello', '5\r\nhello\r\n', '0\r\n\r\n', '\r\n') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('5\r\nhell', 'a\r\n0123456789\r\n', '0\r\nX-A: 1\r\n\r\n', '0\r\n', 'f'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison', '\0', 'x'.repeat(400)),
  },
);

/** What looks like a response from afar: parts of valid ones and of bad ones, in any order, cut anywhere. */
export const lookalike: fc.Arbitrary<Omit<HostileCase, 'name'>> = fc
  .record({
    head: fc.tuple(startLine, lineEnd),
    headers: fc.array(fc.tuple(header, lineEnd), { maxLength: 5 }),
    blank: lineEnd,
    body: fc.array(piece, { maxLength: 4 }),
    cuts: fc.array(fc.nat(120), { maxLength: 2 }),
    method: fc.constantFrom('GET' as const, 'HEAD' as const, 'POST' as const),
    end: fc.constantFrom('fin' as const, 'rst' as const, 'hold' as const),
  })
  .map(({ head, headers, blank, body, cuts, method, end }) => {
    const text = [...head, ...headers.flat(), blank, ...body].join('');
    // What comes after the end of a response comes with it, else it is not to be told from the next one.
    return { method, end, segments: cutWithin(text, cuts) };
  });

function cutWithin(text: string, cuts: readonly number[]): Buffer[] {
  const endOfHead = text.indexOf('\r\n\r\n');
  const within = [...new Set(cuts)].filter((cut) => cut > 0 && cut < endOfHead).sort((a, b) => a - b);
  const bounds = [0, ...within, text.length];
  const parts = bounds.slice(1).map((bound, index) => bytesOf(text.slice(bounds[index], bound)));
  return parts.filter(({ length }) => length > 0);
}

export function* lookalikes(seed: number): Iterable<HostileCase> {
  for (const [index, one] of fc.sample(lookalike, { seed, numRuns: COUNT }).entries()) {
    yield { ...one, name: `lookalike/${index}@${seed}` };
  }
}
