import { afterAll, describe, expect, test } from 'vitest';
import type { Random } from '../../src/engine/clock.ts';
import { type Profile, type ProfileResult, simulateLimits } from '../support/fake-latencies.ts';
import { logNormal } from '../support/fake-random.ts';
import { tableText } from '../support/fake-traffic.ts';

/** No variance at all: the longest tail that services are known to have. */
function pareto(leastMs: number, random: Random): number {
  return Math.min(leastMs / (1 - random()) ** (1 / 1.5), 25_000);
}

const usual: Profile['latencyMs'] = ({ random }) => logNormal(150, 0.3, random);
const STEP_AT = 60_000;

const rows: string[][] = [
  ['profile', 'attempts', 'cuts', 'of attempts', 'failed', 'p50', 'p99', 'limit at the end', 'widened'],
];
afterAll(() => console.log(`three backends, virtual time\n${tableText(rows)}`));

async function run(name: string, profile: Partial<Profile>): Promise<ProfileResult> {
  const result = await simulateLimits({ perSecond: 100, seconds: 180, latencyMs: usual, ...profile });
  const sorted = result.answered.map(({ ms }) => ms).sort((one, other) => one - other);
  const at = (q: number): string => `${Math.round(sorted[Math.floor(q * sorted.length)] ?? NaN)} ms`;
  rows.push([
    name,
    String(result.attempts.length),
    String(cutsIn(result).length),
    `${((100 * cutsIn(result).length) / result.attempts.length).toFixed(3)} %`,
    String(result.answered.filter(({ ok }) => !ok).length),
    at(0.5),
    at(0.99),
    `${Math.round(limitOf(result))} ms`,
    String(result.decisions.filter(({ action }) => action === 'widened').length),
  ]);
  return result;
}

const cutsIn = ({ decisions }: ProfileResult) => decisions.filter(({ action }) => action === 'cut');
const failuresIn = ({ answered }: ProfileResult) => answered.filter(({ ok }) => !ok);

/** Of the route with the most samples. */
function limitOf({ learned }: ProfileResult): number {
  const [most] = learned.list(30_000).sort((one, other) => (other.samples ?? 0) - (one.samples ?? 0));
  return most?.limitMs ?? NaN;
}

describe('nothing is wrong', () => {
  const profiles: Record<string, Partial<Profile>> = {
    steady: {},
    bimodal: {
      latencyMs: ({ random }) => (random() < 0.8 ? logNormal(50, 0.2, random) : logNormal(900, 0.2, random)),
    },
    'rarely slow': {
      latencyMs: ({ random }) =>
        random() < 0.998 ? logNormal(100, 0.2, random) : logNormal(2_500, 0.1, random),
    },
    'heavy-tailed': { latencyMs: ({ random }) => pareto(100, random) },
    diurnal: {
      latencyMs: ({ now, random }) =>
        logNormal(150 * (1 + 0.8 * Math.sin((2 * Math.PI * now) / 60_000)), 0.3, random),
    },
    'much slower by degrees': {
      latencyMs: ({ now, random }) => logNormal(100 * (1 + now / 6_000), 0.3, random),
    },
  };

  test.each(Object.keys(profiles))('%s: fewer than one attempt in a thousand is cut', async (name) => {
    const result = await run(name, profiles[name] ?? {});
    expect(result.learned.list(30_000)).toMatchObject([{ samples: expect.any(Number) as number }]);
    expect(cutsIn(result).length / result.attempts.length).toBeLessThan(0.001);
    expect(failuresIn(result)).toEqual([]);
  });
});

test('a cold start: nothing is cut before a thousand answers, however slow they are', async () => {
  const result = await run('cold start', {
    seconds: 8,
    latencyMs: ({ random }) => pareto(1_000, random),
  });
  expect(cutsIn(result)).toEqual([]);
  expect(failuresIn(result)).toEqual([]);
});

describe('every backend becomes 40 times slower at once', () => {
  test('the limit follows within seconds, and locks nobody out', async () => {
    const result = await run('step x 40', {
      latencyMs: ({ now, random }) => logNormal(now < STEP_AT ? 100 : 4_000, 0.2, random),
    });
    expect(failuresIn(result)).toEqual([]);
    const late = cutsIn(result).filter(({ at }) => at > STEP_AT + 10_000);
    expect(late.length).toBeLessThan(10);
    // Cuts are paid from the budget: a fifth of requests, and its floor.
    expect(result.attempts.length).toBeLessThan(result.answered.length * 1.2);
  });

  test('a third of answers only: cutting makes work for nothing, and ends', async () => {
    const result = await run('a third x 40', {
      latencyMs: ({ now, random }) => logNormal(now < STEP_AT || random() < 0.67 ? 100 : 4_000, 0.2, random),
    });
    expect(failuresIn(result)).toEqual([]);
    expect(cutsIn(result).length / result.attempts.length).toBeLessThan(0.002);
    expect(cutsIn(result).filter(({ at }) => at > STEP_AT + 10_000).length).toBeLessThan(10);
  });
});

describe('one backend becomes 20 times slower', () => {
  test('it is avoided, and the limit stays', async () => {
    const result = await run('one x 20', {
      latencyMs: ({ backend, now, random }) =>
        logNormal(backend === 'b0' && now >= STEP_AT ? 2_000 : 100, 0.2, random),
    });
    expect(failuresIn(result)).toEqual([]);
    const after = result.attempts.filter(({ at }) => at > STEP_AT + 5_000);
    const there = after.filter(({ backend }) => backend === 'b0').length;
    expect(there / after.length).toBeLessThan(0.02);
    expect(limitOf(result)).toBeLessThan(600);
    const times = result.answered.filter(({ at }) => at > STEP_AT).map(({ ms }) => ms);
    const p99 = times.sort((one, other) => one - other)[Math.floor(0.99 * times.length)] ?? NaN;
    expect(p99).toBeLessThan(limitOf(result) + 200);
  });
});

describe('a rare slow route beside a fast one', () => {
  const latencyMs: Profile['latencyMs'] = ({ random, exchange: { request } }) =>
    request.path.includes('report') || request.headers['x-op'] === 'report'
      ? logNormal(5_000, 0.2, random)
      : logNormal(50, 0.2, random);
  const isReport = (random: Random): boolean => random() < 0.005;

  test('by its path: it is not cut', async () => {
    const result = await run('rare slow route', {
      latencyMs,
      request: (random) => ({ path: isReport(random) ? '/report/1' : '/items/1' }),
    });
    expect(cutsIn(result)).toEqual([]);
  });

  test('by timeouts.key, where the path is the same', async () => {
    const result = await run('rare slow operation', {
      latencyMs,
      request: (random) => ({
        path: '/rpc',
        rawHeaders: ['x-op', isReport(random) ? 'report' : 'item'],
        settings: { timeouts: { key: ({ headers }) => String(headers['x-op']) } },
      }),
    });
    expect(cutsIn(result)).toEqual([]);
  });
});
