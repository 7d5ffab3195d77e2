import { describe, expect, test } from 'vitest';
import { AdaptiveLimit } from '../../../../src/backends/gates/adaptive-limit.ts';
import { seededRandom } from '../../../support/fake-random.ts';

/** A backend that answers one batch after the other: as many at a time as the limit allows. */
class Driver {
  readonly adaptive: AdaptiveLimit;
  now = 0;

  constructor(most = 1_000) {
    this.adaptive = new AdaptiveLimit(most);
  }

  /** So many batches; `latencyMs` is told how many are under way. */
  run(
    batches: number,
    latencyMs: (pending: number) => number,
    pending = (): number => this.adaptive.limit,
  ): this {
    for (let i = 0; i < batches; i += 1) {
      const count = pending();
      const ms = latencyMs(count);
      this.now += ms;
      for (let left = count; left > 0; left -= 1) this.adaptive.answered(ms, left, this.now);
    }
    return this;
  }
}

/** Up to 50 at a time it takes 20 ms; beyond, all get slower. */
const kneeAt50 = (pending: number): number => 20 * Math.max(1, pending / 50);

test('begins in the middle, within what is configured', () => {
  expect(new AdaptiveLimit(1_000).limit).toBe(20);
  expect(new AdaptiveLimit(7).limit).toBe(7);
});

test('finds the knee from below, and from above', () => {
  const { adaptive } = new Driver().run(300, kneeAt50);
  expect(adaptive.limit).toBeGreaterThan(45);
  expect(adaptive.limit).toBeLessThan(80);
  expect(adaptive.baselineMs).toBeLessThan(25);
});

test('never exceeds what is configured', () => {
  expect(new Driver(30).run(200, () => 20).adaptive.limit).toBe(30);
});

test('does not grow while it is not used', () => {
  expect(
    new Driver().run(
      500,
      () => 20,
      () => 5,
    ).adaptive.limit,
  ).toBe(20);
});

test('latency that varies for reasons of its own does not shrink it', () => {
  const random = seededRandom(3);
  for (const spread of [0.3, 0.7, 1.5]) {
    const driver = new Driver();
    for (let i = 0; i < 20_000; i += 1) {
      driver.now += 1;
      driver.adaptive.answered(20 * Math.exp(spread * (random() + random() - 1) * 3), 15, driver.now);
    }
    expect(driver.adaptive.limit).toBeGreaterThanOrEqual(20);
  }
});

test('follows a backend that loses half of its capacity', () => {
  const driver = new Driver().run(300, kneeAt50);
  driver.run(300, (pending) => 20 * Math.max(1, pending / 25));
  expect(driver.adaptive.limit).toBeLessThan(45);
  expect(driver.adaptive.limit).toBeGreaterThan(15);
});

test('a backend that is slower for good is not starved: what is normal is found out anew', () => {
  const driver = new Driver().run(300, kneeAt50);
  driver.run(2_000, (pending) => 5 * kneeAt50(pending));
  expect(driver.adaptive.limit).toBeGreaterThan(35);
  expect(driver.adaptive.baselineMs).toBeGreaterThan(90);
});

describe('what is not answered', () => {
  test('pushback and failures shrink it, down to four', () => {
    const { adaptive, now } = new Driver().run(100, kneeAt50);
    const before = adaptive.limit;
    for (let i = 0; i < 100; i += 1) adaptive.dropped(50, now + i);
    expect(adaptive.limit).toBeLessThan(before);
    for (let i = 0; i < 10_000; i += 1) adaptive.dropped(50, now + 100 + i);
    expect(adaptive.limit).toBe(4);
  });

  test('a few failures do not', () => {
    const driver = new Driver().run(100, kneeAt50);
    const before = driver.adaptive.limit;
    for (let i = 0; i < 50; i += 1) {
      driver.adaptive.dropped(before, driver.now);
      driver.run(1, kneeAt50);
    }
    expect(driver.adaptive.limit).toBeGreaterThan(0.8 * before);
  });

  test('waits that were given up count where they were long', () => {
    const driver = new Driver().run(100, kneeAt50);
    const before = driver.adaptive.limit;
    for (let i = 0; i < 200; i += 1) driver.adaptive.gaveUp(5, before, driver.now + 50 * i);
    expect(driver.adaptive.limit).toBe(before);
    for (let i = 0; i < 200; i += 1) driver.adaptive.gaveUp(2_000, before, driver.now + 5_000 + 50 * i);
    expect(driver.adaptive.limit).toBeLessThan(before / 2);
  });
});
