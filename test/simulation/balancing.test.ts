import { afterAll, describe, expect, test } from 'vitest';
import type { BalanceSettings } from '../../src/engine/settings.ts';
import { type FakeBackend, fakeBackend } from '../support/fake-backend.ts';
import { fakePool } from '../support/fake-pool.ts';
import { seededRandom } from '../support/fake-random.ts';
import {
  quantile,
  type Served,
  simulate,
  tableText,
  type Traffic,
  type TrafficResult,
} from '../support/fake-traffic.ts';

const BALANCERS = ['round-robin', 'least-pending', 'peak-ewma'] as const;
const COUNT = 8;

/** Normal latency: 10 ms, and a tail. */
const normal: Traffic['behaviour'] = (_name, _now, _pending, random) => ({
  latencyMs: 8 + 4 * random() - 2 * Math.log(1 - random()),
});

function run(balance: BalanceSettings, traffic: Partial<Traffic>, given: FakeBackend = {}): TrafficResult {
  const backends = Array.from({ length: COUNT }, (_, index) =>
    fakeBackend(`b${index}`, { now: 0, ...given }),
  );
  const pool = fakePool(backends, { balance, random: seededRandom(5), now: 0 });
  return simulate(pool, { perSecond: 400, durationMs: 60_000, behaviour: normal, ...traffic });
}

function shareOf(name: string, { attempts }: TrafficResult): number {
  const total = [...attempts.values()].reduce((sum, count) => sum + count, 0);
  return (attempts.get(name) ?? 0) / total;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const ms = (value: number): string => `${value.toFixed(0)} ms`;

const rows: string[][] = [['profile', 'balance', 'share of b0', 'p50', 'p99', 'p99.9', 'failed']];

function note(profile: string, balance: string, result: TrafficResult, served = result.served): void {
  rows.push([
    profile,
    balance,
    percent(shareOf('b0', result)),
    ms(quantile(served, 0.5)),
    ms(quantile(served, 0.99)),
    ms(quantile(served, 0.999)),
    String(result.served.filter(({ ok }) => !ok).length + result.refused),
  ]);
}

afterAll(() => console.log(`${COUNT} backends, 400 requests per second for a minute\n${tableText(rows)}`));

describe.each(BALANCERS)('%s', (balance) => {
  test('equals share equally', () => {
    const result = run(balance, {});
    note('all alike', balance, result);
    for (let i = 0; i < COUNT; i += 1) {
      expect(Math.abs(shareOf(`b${i}`, result) - 1 / COUNT)).toBeLessThan(0.02);
    }
  });

  test('weights give shares, when all are equally fast', () => {
    const weights = [4, 2, 1, 1];
    const backends = weights.map((weight, index) => fakeBackend(`b${index}`, { now: 0, weight }));
    for (const perSecond of [5, 400, 4_000]) {
      const pool = fakePool(backends, { balance, random: seededRandom(5), now: 0 });
      const result = simulate(pool, { perSecond, durationMs: 8_000_000 / perSecond, behaviour: normal });
      weights.forEach((weight, index) => {
        expect(Math.abs(shareOf(`b${index}`, result) - weight / 8)).toBeLessThan(0.06);
      });
    }
  });
});

describe('one backend that is 50 ms slower than its peers', () => {
  const behaviour: Traffic['behaviour'] = (name, now, pending, random) => {
    const { latencyMs } = normal(name, now, pending, random);
    return { latencyMs: latencyMs + (name === 'b0' ? 50 : 0) };
  };
  const results = new Map(BALANCERS.map((balance) => [balance, run(balance, { behaviour })]));
  const healthy = quantile(run('peak-ewma', {}).served, 0.99);
  for (const [balance, result] of results) note('one 50 ms slower', balance, result);

  test('gets a small share from peak-ewma, with a p99 near the healthy one', () => {
    const result = results.get('peak-ewma');
    if (!result) throw new Error('no result');
    expect(shareOf('b0', result)).toBeLessThan(0.01);
    expect(quantile(result.served, 0.99)).toBeLessThan(healthy * 1.2);
  });

  test('which round-robin cannot do', () => {
    const result = results.get('round-robin');
    if (!result) throw new Error('no result');
    expect(shareOf('b0', result)).toBeCloseTo(1 / COUNT, 2);
    expect(quantile(result.served, 0.99)).toBeGreaterThan(healthy * 2);
  });
});

describe('one backend that does one request after the other, as others do', () => {
  /** b0 has a quarter of the speed. Requests queue there, which only the pending ones tell. */
  const behaviour: Traffic['behaviour'] = (name, _now, pending, random) => {
    const each = (name === 'b0' ? 40 : 10) * (0.8 + 0.4 * random());
    return { latencyMs: each * Math.max(pending, 1) };
  };

  test('is not buried in requests', () => {
    const p99 = new Map<string, number>();
    for (const balance of BALANCERS) {
      const result = run(balance, { behaviour });
      note('one of a quarter of the speed', balance, result);
      p99.set(balance, quantile(result.served, 0.99));
    }
    const baseline = p99.get('round-robin') ?? 0;
    expect(p99.get('peak-ewma')).toBeLessThan(baseline / 2);
    expect(p99.get('least-pending')).toBeLessThan(baseline / 2);
  });
});

describe('one backend that refuses connections for 20 s', () => {
  const behaviour: Traffic['behaviour'] = (name, now, pending, random) =>
    name === 'b0' && now >= 20_000 && now < 40_000
      ? { latencyMs: 0.5, cause: 'closed_before_response' }
      : normal(name, now, pending, random);
  const to = (served: readonly Served[], fromMs: number, untilMs: number): number => {
    const during = served.filter(({ at }) => at >= fromMs && at < untilMs);
    return during.filter(({ backend }) => backend === 'b0').length / during.length;
  };

  test.each(BALANCERS)('costs no request, and is used again soon after (%s)', (balance) => {
    const result = run(balance, { behaviour, retries: true });
    note('one out for 20 s', balance, result);
    expect(result.served.every(({ ok }) => ok)).toBe(true);
    expect(result.refused).toBe(0);
    expect(to(result.served, 45_000 + 12_000, 60_000)).toBeGreaterThan(0.08);
  });
});

describe('slow start', () => {
  test.each(BALANCERS)('lets a backend that joined get its share by and by (%s)', (balance) => {
    const pool = fakePool(
      Array.from({ length: 3 }, (_, index) => fakeBackend(`b${index + 1}`, { now: 0 })),
      { balance, random: seededRandom(5), now: 0 },
    );
    const fresh = fakeBackend('b0', { now: 0, slowStartMs: 10_000 });
    fresh.warmUp(0);
    pool.join(fresh, 'by_hand', 0);
    const { served } = simulate(pool, { perSecond: 400, durationMs: 20_000, behaviour: normal });
    const share = (fromMs: number): number => {
      const during = served.filter(({ at }) => at >= fromMs && at < fromMs + 1_000);
      return during.filter(({ backend }) => backend === 'b0').length / during.length;
    };
    expect(share(0)).toBeLessThan(0.06);
    expect(share(5_000)).toBeGreaterThan(share(0));
    expect(share(5_000)).toBeLessThan(0.22);
    expect(Math.abs(share(15_000) - 0.25)).toBeLessThan(0.07);
  });
});
