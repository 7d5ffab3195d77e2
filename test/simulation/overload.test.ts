import { afterAll, describe, expect, test } from 'vitest';
import { type Arrival, type Profile, type ProfileResult, simulateLimits } from '../support/fake-latencies.ts';
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
  const most = (BEST * (SECONDS * 1_000 - FROM_MS)) / 1_000;
  const share = good.length / Math.min(most, later.length);
  const sorted = good.map(({ ms }) => ms).sort((one, other) => one - other);
  rows.push([
    `${times} x its best`,
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

test('below its capacity an adaptive limit takes nothing away', async () => {
  expect((await drive(0.5, true)).share).toBeGreaterThan(0.995);
  expect((await drive(0.9, true)).share).toBeGreaterThan(0.97);
});
