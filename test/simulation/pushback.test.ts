import { afterAll, describe, expect, test } from 'vitest';
import { type Profile, type ProfileResult, simulateLimits } from '../support/fake-latencies.ts';
import { tableText } from '../support/fake-traffic.ts';

/** Requests per second that one backend can answer, where it has none to refuse. */
const BEST = 100;
const WORK_MS = 1_000 / BEST;
/** Saying no costs it something as well. */
const REFUSAL_MS = 3;
const MOST_BACKLOG_MS = 200;
const SECONDS = 90;
const FROM_MS = 30_000;

/** Does one thing after the other; with too much to do, it says 503. */
function pushingBack(): Pick<Profile, 'latencyMs' | 'status'> {
  const busyUntil = new Map<string, number>();
  return {
    status: ({ backend, now }) => ((busyUntil.get(backend) ?? 0) - now > MOST_BACKLOG_MS ? 503 : 200),
    latencyMs: ({ backend, now }) => {
      const from = Math.max(busyUntil.get(backend) ?? 0, now);
      const isTooMuch = from - now > MOST_BACKLOG_MS;
      busyUntil.set(backend, from + (isTooMuch ? REFUSAL_MS : WORK_MS));
      return isTooMuch ? REFUSAL_MS : from - now + WORK_MS;
    },
  };
}

const rows: string[][] = [
  ['driven at', 'admission', 'answered, of the best', 'sent per answer', 'by priority 0, 5, 9'],
];
afterAll(() => console.log(`backends that push back\n${tableText(rows)}`));

async function drive(
  name: string,
  profile: Partial<Profile>,
): Promise<{ share: number; by: number[]; result: ProfileResult }> {
  const count = profile.backends ?? 1;
  const result = await simulateLimits({
    perSecond: 4 * BEST,
    seconds: SECONDS,
    ...pushingBack(),
    backends: count,
    request: (random) => ({ path: `/${[0, 5, 5, 9][Math.floor(4 * random())] ?? 5}` }),
    ...profile,
  });
  const later = result.answered.filter(({ at }) => at >= FROM_MS);
  const good = later.filter(({ ok }) => ok);
  const share = good.length / ((BEST * count * (SECONDS * 1_000 - FROM_MS)) / 1_000);
  const by = ['/0', '/5', '/9'].map(
    (path) =>
      good.filter((one) => one.path === path).length / later.filter((one) => one.path === path).length,
  );
  const sent = result.attempts.filter(({ at }) => at >= FROM_MS).length;
  rows.push([
    name,
    profile.backend?.admission ? 'on' : 'off',
    `${(share * 100).toFixed(1)} %`,
    (sent / good.length).toFixed(1),
    by.map((part) => `${(part * 100).toFixed(0)} %`).join(', '),
  ]);
  return { share, by, result };
}

describe('at four times what it can do', () => {
  test('a backend does little but say no', async () => {
    const { share } = await drive('4 x its best', { backend: { breaker: false } });
    expect(share).toBeLessThan(0.3);
  });

  test('with admission, what it would refuse is refused here, and at once', async () => {
    const { share, result } = await drive('4 x its best', { backend: { admission: true } });
    expect(share).toBeGreaterThan(0.65);
    const refused = result.answered.filter(({ cause }) => cause === 'pool_saturated');
    expect(refused.length).toBeGreaterThan(0.3 * result.answered.length);
    expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(1);
  });

  test('the least important requests go first', async () => {
    const { share, by } = await drive('4 x, by priority', {
      backend: { admission: true },
      priorityOf: ({ request }) => Number(request.path.slice(1)),
    });
    const [low = NaN, middle = NaN, high = NaN] = by;
    expect(share).toBeGreaterThan(0.65);
    expect(low).toBeLessThan(0.02);
    expect(high).toBeGreaterThan(2 * middle);
  });
});

test('below what it can do, nothing is refused', async () => {
  const { result } = await drive('0.5 x its best', { perSecond: BEST / 2, backend: { admission: true } });
  expect(result.answered.every(({ ok }) => ok)).toBe(true);
});

test('one of three that pushes back costs nothing, while the others have room', async () => {
  const usual = pushingBack();
  const { result } = await drive('one of three', {
    perSecond: BEST,
    backends: 3,
    backend: { admission: true },
    ...usual,
    status: (arrival) => (arrival.backend === 'b0' ? 429 : (usual.status?.(arrival) ?? 200)),
    latencyMs: (arrival) => (arrival.backend === 'b0' ? REFUSAL_MS : usual.latencyMs(arrival)),
  });
  const later = result.answered.filter(({ at }) => at >= FROM_MS);
  expect(later.filter(({ ok }) => !ok).length / later.length).toBeLessThan(0.05);
});
