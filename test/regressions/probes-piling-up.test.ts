// A backend that let connections hang got one more background connection each second.
import { expect, test } from 'vitest';
import { Recovery } from '../../src/backends/recovery.ts';
import { fakeBackend, fakeBreaker, tripBreaker } from '../support/fake-backend.ts';
import { FakeClock, flush } from '../support/fake-clock.ts';
import { deferred } from '../support/fake-outcome.ts';

test('one background connection per backend at a time', async () => {
  const clock = new FakeClock();
  const breaker = fakeBreaker({ settings: { openMs: 60_000, maxOpenMs: 60_000 } });
  tripBreaker(breaker, clock.now());
  const probes: ((reachable: boolean) => void)[] = [];
  const recovery = new Recovery({
    clock,
    probe: () => {
      const { promise, resolve } = deferred<boolean>();
      probes.push(resolve);
      return promise;
    },
  });
  recovery.watch(fakeBackend('a', { breaker }));
  clock.advance(10_000);
  expect(probes).toHaveLength(1);
  probes[0]?.(false);
  await flush();
  clock.advance(1_000);
  expect(probes).toHaveLength(2);
});
