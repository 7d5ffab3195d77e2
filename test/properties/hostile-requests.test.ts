import fc from 'fast-check';
import { expect, test } from 'vitest';
import { watchIncidents } from '../hostile/incidents.ts';
import { rawSocket, send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { readRequest, type Recorded, startRecorder } from '../support/live-recorder.ts';

const SEED = 1;
const CASES = 1_500;
const WIDTH = 40;
/** Nothing comes any more. */
const QUIET_MS = 150;

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
const LAST = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** A body that is a request, in each framing. */
const BASES = [
  `POST /x?y HTTP/1.1\r\nHost: a\r\nX-A: b, c\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}${LAST}`,
  `POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${SMUGGLED.length.toString(16)};e\r\n${SMUGGLED}\r\n0\r\nX-Sum: 1\r\n\r\n${LAST}`,
  `GET /x HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\r\n${LAST}`,
];
const NASTY = [
  ...'\r\n\t \0\x01\x0b\x7f\x80\xff:;,=/\\?#%*"+-0159aAxX',
  '\r\n',
  '\n\n',
  '\r\n ',
  '\r\n\r\n',
  'chunked',
];

interface Change {
  readonly at: number;
  readonly how: 'replace' | 'insert' | 'remove' | 'double';
  readonly what: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'insert', 'remove', 'double'),
  what: fc.constantFrom(...NASTY),
});
const mutant = fc
  .tuple(fc.constantFrom(...BASES), fc.array(change, { minLength: 1, maxLength: 2 }))
  .map(([base, changes]) => changes.reduce(changed, base));

function changed(text: string, { at, how, what }: Change): string {
  const place = at % text.length;
  const rest = text.slice(place);
  switch (how) {
    case 'replace':
      return text.slice(0, place) + what + rest.slice(what.length);
    case 'insert':
      return text.slice(0, place) + what + rest;
    case 'remove':
      return text.slice(0, place) + rest.slice(1);
    case 'double': {
      const end = text.indexOf('\r\n', place) + 2;
      return text.slice(0, end) + text.slice(text.lastIndexOf('\r\n', place) + 2, end) + text.slice(end);
    }
  }
}

/** What a strict reader makes of the bytes, up to where it is lost. */
function strictly(text: string): { readonly requests: readonly Recorded[]; readonly isLost: boolean } {
  const requests: Recorded[] = [];
  let rest = text;
  for (;;) {
    const read = readRequest(rest.replace(/^(?:\r?\n)+/, ''));
    if (typeof read === 'string') return { requests, isLost: read === 'wrong' };
    requests.push(read.recorded);
    rest = read.rest;
  }
}

const gist = ({ line, body }: Recorded): string => `${line} ${JSON.stringify(body)}`;

/** Sends it, and waits until nothing more comes of it. */
async function sendOff(port: number, bytes: string): Promise<void> {
  const socket = rawSocket(port).on('error', () => undefined);
  await new Promise<void>((resolve) => {
    let quiet = setTimeout(resolve, QUIET_MS);
    socket.on('data', () => {
      clearTimeout(quiet);
      quiet = setTimeout(resolve, QUIET_MS);
    });
    socket.on('close', () => {
      clearTimeout(quiet);
      resolve();
    });
    socket.write(bytes, 'latin1');
  });
  socket.destroy();
}

interface Outcome {
  /** Requests that reached the backend. */
  readonly arrived: number;
  /** Those, and what a strict reader makes of the bytes, where it is not the same. */
  readonly violation: string | undefined;
}

/** One gateway and its backend. */
async function startRig(): Promise<(bytes: string) => Promise<Outcome>> {
  const backend = await startRecorder();
  const gateway = await startGateway('node', { backends: [backend.url], breaker: false, retry: false });
  return async (bytes) => {
    const before = backend.requests.length;
    await sendOff(gateway.port, bytes);
    await until('the gateway has let go of it', () => gateway.sockets.size === 0);
    // What was on its way to the backend is there before this one is.
    await send(`${gateway.url}/sentinel`);
    const arrived = backend.requests.slice(before).map(gist).slice(0, -1);
    const { requests, isLost } = strictly(bytes);
    const expected = requests.map(gist);
    const strays = backend.strays().filter((text) => readRequest(text) === 'wrong');
    const others = arrived.slice(expected.length);
    const isRight =
      strays.length === 0 &&
      arrived.every((one, i) => i >= expected.length || one === expected[i]) &&
      // Where a strict reader is lost, ours may know more; but the body is no request to anybody.
      (isLost ? !others.some((one) => one.startsWith('GET /smuggled ')) : others.length === 0);
    const violation = isRight ? undefined : JSON.stringify({ bytes, arrived, expected, strays });
    return { arrived: arrived.length, violation };
  };
}

test('requests that are spoiled at random: what arrives is what a strict reader reads, or less', async () => {
  const incidents = watchIncidents();
  const rigs = await Promise.all(Array.from({ length: WIDTH }, startRig));
  const cases = fc.sample(mutant, { numRuns: CASES, seed: SEED });
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async (play: (bytes: string) => Promise<Outcome>): Promise<void> => {
    for (let i = next++; i < cases.length; i = next++) outcomes.push(await play(cases[i] ?? ''));
  };
  await Promise.all(rigs.map(work));
  incidents.stop();
  expect(outcomes.flatMap(({ violation }) => violation ?? [])).toEqual([]);
  expect(incidents.seen).toEqual([]);
  // Of everything there was something: refused as a whole, in part, and not at all.
  for (const count of [0, 1, 2]) {
    expect(outcomes.filter(({ arrived }) => arrived === count).length).toBeGreaterThan(CASES / 20);
  }
});
