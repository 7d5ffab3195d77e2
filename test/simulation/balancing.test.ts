import { expect, test } from 'vitest';
import { pickPeakEwma } from '../../src/backends/balance/peak-ewma.ts';
import type { Pass } from '../../src/engine/types.ts';
import { fakeBackend, SUCCEEDED } from '../support/fake-backend.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { seededRandom } from '../support/fake-random.ts';

/** Requests at a steady rate over backends with these latencies; the share of each. */
function shares(latencies: readonly [number, ...number[]], requests = 5_000): number[] {
  const clock = new FakeClock(0);
  const random = seededRandom(3);
  const [firstMs, ...othersMs] = latencies;
  const others = othersMs.map((_, index) => fakeBackend(`b${index + 1}`, { breaker: false, now: 0 }));
  const backends = [fakeBackend('b0', { breaker: false, now: 0 }), ...others] as const;
  const counts = latencies.map(() => 0);
  for (let i = 0; i < requests; i += 1) {
    const backend = pickPeakEwma([backends[0], ...others], random, clock.now());
    const index = backends.indexOf(backend);
    counts[index] = (counts[index] ?? 0) + 1;
    const latencyMs = ([firstMs, ...othersMs][index] ?? 0) * (0.8 + 0.4 * random());
    const pass: Pass | undefined = backend.enter(clock.now());
    clock.after(latencyMs, () => {
      backend.latency.observe(latencyMs, clock.now());
      pass?.settle(SUCCEEDED, clock.now());
    });
    clock.advance(5);
  }
  return counts.map((count) => count / requests);
}

test('equals share equally', () => {
  for (const share of shares([20, 20, 20, 20])) expect(Math.abs(share - 0.25)).toBeLessThan(0.05);
});

test('a backend ten times slower gets next to nothing, and nobody else starves', () => {
  const [slow, ...others] = shares([200, 20, 20, 20]);
  expect(slow).toBeLessThan(0.05);
  for (const share of others) expect(share).toBeGreaterThan(0.2);
});
