// A backend that let connections hang got one more background connection each second.
import { expect, test } from 'vitest';
import { Recovery } from '../../src/backends/recovery.ts';
import { fakeBackend, trip } from '../support/fake-backend.ts';
import { FakeClock, flush } from '../support/fake-clock.ts';
import { deferred } from '../support/fake-outcome.ts';

test('one background connection per backend at a time', async () => {
  const clock = new FakeClock();
  const backend = fakeBackend('a', { breaker: { openMs: 60_000, maxOpenMs: 60_000 } });
  trip(backend);
  const probes: ((reachable: boolean) => void)[] = [];
  const recovery = new Recovery({
    clock,
    random: () => 0.5,
    probe: () => {
      const { promise, resolve } = deferred<boolean>();
      probes.push(resolve);
      return promise;
    },
  });
  recovery.watch(backend);
  clock.advance(10_000);
  expect(probes).toHaveLength(1);
  probes[0]?.(false);
  await flush();
  clock.advance(1_000);
  expect(probes).toHaveLength(2);
});
