import { expect, test } from 'vitest';
import { Recovery } from '../../../src/backends/recovery.ts';
import { fakeBackend, SUCCEEDED, trip } from '../../support/fake-backend.ts';
import { FakeClock, flush } from '../../support/fake-clock.ts';

class Fixture {
  readonly clock = new FakeClock();
  readonly probed: string[] = [];
  reachable = false;
  readonly recovery = new Recovery({
    clock: this.clock,
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
  expect(backend.admits(fixture.clock.now())).toBe(false);
  fixture.reachable = true;
  await fixture.second();
  expect(backend.admits(fixture.clock.now())).toBe(true);
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
