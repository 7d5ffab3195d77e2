import { afterAll, describe, expect, test } from 'vitest';
import { type Arrival, type Profile, type ProfileResult, simulateLimits } from '../support/fake-latencies.ts';
import { logNormal } from '../support/fake-random.ts';
import { tableText } from '../support/fake-traffic.ts';

/** Up to so many requests at a time a backend is as fast as it can be. */
const KNEE = 50;
const LATENCY_MS = 200;
/** Requests per second that one backend answers at its best. */
const BEST = (KNEE * 1_000) / LATENCY_MS;
const SECONDS = 25;
/** What happens while a limit is being found does not count. */
const FROM_MS = 8_000;

/** Beyond the knee each request makes all others slower than it is worth: what it answers per second falls. */
function collapsing({ load, random }: Arrival): number {
  return LATENCY_MS * Math.max(1, load / KNEE) ** 2 * (0.8 + 0.4 * random());
}

const noise: string[][] = [['latency', 'refused']];
afterAll(() => console.log(`one backend whose latency has nothing to do with load\n${tableText(noise)}`));
const rows: string[][] = [['driven at', 'limit', 'answered within 1 s', 'p50', 'refused at once']];
afterAll(() =>
  console.log(`one backend that collapses beyond ${KNEE} requests at a time\n${tableText(rows)}`),
);

interface Goodput {
  /** Of what the backend can do at its best, or of what was asked where that is less. */
  readonly share: number;
  readonly result: ProfileResult;
}

async function drive(times: number, adaptive: boolean, profile: Partial<Profile> = {}): Promise<Goodput> {
  const result = await simulateLimits({
    perSecond: times * BEST,
    seconds: SECONDS,
    latencyMs: collapsing,
    backends: 1,
    backend: { adaptive },
    queue: 100,
    request: () => ({ settings: { timeouts: { deadlineMs: 1_000 } } }),
    ...profile,
  });
  const later = result.answered.filter(({ at }) => at >= FROM_MS);
  const good = later.filter(({ ok }) => ok);
  const most = ((profile.backends ?? 1) * BEST * (SECONDS * 1_000 - FROM_MS)) / 1_000;
  const share = good.length / Math.min(most, later.length);
  const sorted = good.map(({ ms }) => ms).sort((one, other) => one - other);
  rows.push([
    `${times} x its best${profile.backends ? `, ${profile.backends} of them` : ''}`,
    adaptive ? 'adaptive' : '1,024',
    `${(share * 100).toFixed(1)} %`,
    `${Math.round(sorted[sorted.length >> 1] ?? NaN)} ms`,
    `${((100 * later.filter(({ ms, ok }) => !ok && ms < 10).length) / later.length).toFixed(1)} %`,
  ]);
  return { share, result };
}

describe('a backend driven at four times its capacity', () => {
  test('collapses without a limit that fits', async () => {
    expect((await drive(4, false)).share).toBeLessThan(0.2);
  });

  test('stays above 80 % of its best with an adaptive one', async () => {
    expect((await drive(4, true)).share).toBeGreaterThan(0.8);
  });
});

describe('a backend driven at nine tenths of its capacity', () => {
  test('collapses by chance, sooner or later', async () => {
    expect((await drive(0.9, false)).share).toBeLessThan(0.5);
  });

  test('with an adaptive limit it does not, and hardly anything is refused', async () => {
    expect((await drive(0.9, true)).share).toBeGreaterThan(0.98);
  });
});

test('of three, one that loses half of its capacity gets what it can take, and the others the rest', async () => {
  const latencyMs: Profile['latencyMs'] = (arrival) =>
    arrival.backend === 'b0' && arrival.now > FROM_MS
      ? collapsing({ ...arrival, load: 2 * arrival.load })
      : collapsing(arrival);
  // Two thirds of what all three can do, and then four fifths of what is left.
  const { share } = await drive(2, true, { backends: 3, latencyMs });
  expect(share).toBeGreaterThan(0.97);
});

test('at half of its capacity, nothing is taken away', async () => {
  expect((await drive(0.5, true)).share).toBe(1);
});

describe('latency that has nothing to do with load', () => {
  const profiles: Record<string, Profile['latencyMs']> = {
    'log-normal': ({ random }) => logNormal(100, 0.7, random),
    bimodal: ({ random }) => logNormal(random() < 0.5 ? 30 : 600, 0.2, random),
    'heavy-tailed': ({ random }) => Math.min(50 / (1 - random()) ** (1 / 1.5), 20_000),
    'by the hour': ({ now, random }) =>
      logNormal(100 * (1 + 0.8 * Math.sin((2 * Math.PI * now) / 20_000)), 0.3, random),
  };

  test.each(Object.keys(profiles))('%s: an adaptive limit refuses hardly anything', async (name) => {
    const { refused } = await withoutLoad(name, profiles[name] ?? (() => NaN));
    expect(refused).toBeLessThan(0.005);
  });

  test('five times slower from one moment on: it is soon taken for what is normal', async () => {
    const latencyMs: Profile['latencyMs'] = ({ now, random }) =>
      logNormal(now < 15_000 ? 100 : 500, 0.3, random);
    const { refused, result } = await withoutLoad('slower by a step', latencyMs);
    expect(refused).toBeLessThan(0.1);
    expect(result.answered.filter(({ at, ok }) => at > 25_000 && !ok)).toEqual([]);
  });

  async function withoutLoad(name: string, latencyMs: Profile['latencyMs']) {
    const result = await simulateLimits({
      perSecond: 200,
      seconds: 40,
      latencyMs,
      backends: 1,
      backend: { adaptive: true },
      queue: 200,
      // So that only waiting in vain is a failure.
      request: () => ({ settings: { timeouts: { learned: false, deadlineMs: Infinity } } }),
    });
    const later = result.answered.filter(({ at }) => at >= FROM_MS);
    const refused = later.filter(({ ok }) => !ok).length / later.length;
    noise.push([name, `${(refused * 100).toFixed(2)} %`]);
    return { refused, result };
  }
});
