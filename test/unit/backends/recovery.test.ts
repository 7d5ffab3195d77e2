import { expect, test } from 'vitest';
import { Recovery } from '../../../src/backends/recovery.ts';
import { fakeBackend, SUCCEEDED, trip } from '../../support/fake-backend.ts';
import { FakeClock, flush } from '../../support/fake-clock.ts';
import { seededRandom } from '../../support/fake-random.ts';

class Fixture {
  readonly clock = new FakeClock();
  readonly probed: string[] = [];
  reachable = false;
  chance = 0.5;
  readonly recovery = new Recovery({
    clock: this.clock,
    random: () => this.chance,
    probe: ({ name }) => {
      this.probed.push(name);
      return Promise.resolve(this.reachable);
    },
  });

  /** Opened for a minute, and watched. */
  broken(name: string, cause: 'connection_refused' | 'closed_before_response' = 'connection_refused') {
    const backend = fakeBackend(name, { breaker: { openMs: 60_000, maxOpenMs: 60_000 } });
    trip(backend, this.clock.now(), cause);
    this.recovery.watch(backend);
    return backend;
  }

  async second(): Promise<void> {
    this.clock.advance(1_000);
    await flush();
  }
}

test('looks once a second, with one timer for all', async () => {
  const fixture = new Fixture();
  fixture.broken('a');
  fixture.broken('b');
  expect(fixture.clock.pending).toBe(1);
  await fixture.second();
  await fixture.second();
  expect(fixture.probed).toEqual(['a', 'b', 'a', 'b']);
  expect(fixture.clock.pending).toBe(1);
});

test('a backend that is back may be probed at once, and is no longer looked at', async () => {
  const fixture = new Fixture();
  const backend = fixture.broken('a');
  await fixture.second();
  expect(backend.standing).toBe('open');
  fixture.reachable = true;
  await fixture.second();
  expect([backend.standing, backend.breaker?.admits(fixture.clock.now())]).toEqual(['half_open', true]);
  await fixture.second();
  await fixture.second();
  expect(fixture.probed).toEqual(['a', 'a']);
  expect(fixture.clock.pending).toBe(0);
});

test('what opened for another reason is none of its business', async () => {
  const fixture = new Fixture();
  fixture.broken('a', 'closed_before_response');
  fixture.recovery.watch(fakeBackend('closed'));
  fixture.recovery.watch(fakeBackend('without', { breaker: false }));
  expect(fixture.clock.pending).toBe(0);
});

test('a backend that closed meanwhile is left alone', async () => {
  const fixture = new Fixture();
  const backend = fixture.broken('a');
  backend.breaker?.allowProbe('health_check', fixture.clock.now());
  backend.enter(fixture.clock.now())?.answered(SUCCEEDED, fixture.clock.now(), 0);
  await fixture.second();
  await fixture.second();
  expect([fixture.probed, fixture.clock.pending]).toEqual([[], 0]);
});

test('closed, it looks at nothing any more', async () => {
  const fixture = new Fixture();
  fixture.broken('a');
  fixture.recovery.close();
  fixture.broken('b');
  await fixture.second();
  expect([fixture.probed, fixture.clock.pending]).toEqual([[], 0]);
});

test('a backend that left is not looked at, and not let in by a look under way', async () => {
  const fixture = new Fixture();
  const [gone, leaving] = [fixture.broken('gone'), fixture.broken('leaving')];
  fixture.recovery.unwatch(gone);
  fixture.reachable = true;
  fixture.clock.advance(1_000);
  fixture.recovery.unwatch(leaving);
  await flush();
  expect([fixture.probed, leaving.standing]).toEqual([['leaving'], 'open']);
  await fixture.second();
  expect(fixture.clock.pending).toBe(0);
});

test('a thousand that went down together are looked at each second, and not all at once', async () => {
  const fixture = new Fixture();
  const random = seededRandom(3);
  Object.defineProperty(fixture, 'chance', { get: random });
  for (let i = 0; i < 1_000; i += 1) fixture.broken(`b${i}`);
  const perTick: number[] = [];
  for (let tick = 0; tick < 500; tick += 1) {
    const before = fixture.probed.length;
    fixture.clock.advance(20);
    await flush();
    perTick.push(fixture.probed.length - before);
  }
  // 10 s, and each is looked at every 0.9 to 1.1 s, up to 50 ms late.
  expect(fixture.probed.length).toBeGreaterThan(8_500);
  expect(fixture.probed.length).toBeLessThan(10_500);
  expect(Math.max(...perTick.slice(250))).toBeLessThan(300);
});
