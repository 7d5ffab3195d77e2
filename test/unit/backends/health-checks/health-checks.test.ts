import { expect, test } from 'vitest';
import { type Checked, HealthChecks } from '../../../../src/backends/health-checks/health-checks.ts';
import type { HealthSettings } from '../../../../src/engine/settings.ts';
import type { CauseCode } from '../../../../src/engine/types.ts';
import { FakeClock, flush } from '../../../support/fake-clock.ts';
import { fakeTarget } from '../../../support/fake-exchange.ts';
import { seededRandom } from '../../../support/fake-random.ts';

class Fixture {
  readonly clock = new FakeClock();
  readonly checked: string[] = [];
  readonly times: number[] = [];
  readonly said: string[] = [];
  readonly causes = new Map<string, CauseCode>();
  /** Checks that last until the test ends them; undefined: each ends at once. */
  hanging: (() => void)[] | undefined;
  readonly checks: HealthChecks;
  readonly backends = new Map<string, Checked>();

  constructor(settings: Partial<HealthSettings> = {}, random: () => number = () => 0.5) {
    this.checks = new HealthChecks({
      clock: this.clock,
      random,
      settings: { intervalMs: 6_400, rise: 2, fall: 3, initial: 'up', ...settings },
      check: ({ name }) => this.#check(name),
    });
  }

  add(...names: readonly string[]): void {
    for (const name of names) {
      const setHealth = (up: boolean, cause: CauseCode | undefined): void =>
        void this.said.push([name, up ? 'up' : 'down', cause].filter(Boolean).join(' '));
      const backend = { target: fakeTarget(name), setHealth };
      this.backends.set(name, backend);
      this.checks.add(backend);
    }
  }

  delete(name: string): void {
    const backend = this.backends.get(name);
    if (backend) this.checks.delete(backend);
  }

  async pass(ms: number): Promise<void> {
    for (const end = this.clock.now() + ms; this.clock.now() < end;) {
      this.clock.advance(Math.min(50, end - this.clock.now()));
      await flush();
    }
  }

  async #check(name: string): Promise<CauseCode | undefined> {
    this.checked.push(name);
    this.times.push(this.clock.now());
    if (this.hanging) await new Promise<void>((resolve) => this.hanging?.push(resolve));
    return this.causes.get(name);
  }
}

test('a backend is checked as it comes, and then once per interval', async () => {
  const fixture = new Fixture();
  fixture.add('a');
  await flush();
  expect([fixture.checked, fixture.said]).toEqual([['a'], ['a up']]);
  await fixture.pass(64_000);
  expect(fixture.checked).toHaveLength(11);
});

test('the cause of a failure is handed on, with each check while it is down', async () => {
  const fixture = new Fixture({ fall: 2, rise: 1 });
  fixture.causes.set('a', 'connection_refused');
  fixture.add('a');
  await fixture.pass(6_400);
  fixture.causes.set('a', 'first_byte_timeout');
  await fixture.pass(6_400);
  fixture.causes.delete('a');
  await fixture.pass(12_800);
  expect(fixture.said).toEqual(['a down connection_refused', 'a down first_byte_timeout', 'a up']);
});

test('out until proven good', async () => {
  const fixture = new Fixture({ initial: 'down' });
  fixture.add('a');
  expect(fixture.said).toEqual(['a down']);
  await flush();
  expect(fixture.said).toEqual(['a down', 'a up']);
});

test('one timer for all, and none for nobody', () => {
  const fixture = new Fixture();
  expect(fixture.clock.pending).toBe(0);
  fixture.add('a', 'b', 'c');
  expect(fixture.clock.pending).toBe(1);
  fixture.delete('a');
  fixture.delete('b');
  expect(fixture.clock.pending).toBe(1);
  fixture.delete('c');
  expect(fixture.clock.pending).toBe(0);
});

test('what left is checked no more, and a check that was under way says nothing', async () => {
  const fixture = new Fixture();
  fixture.hanging = [];
  fixture.add('a', 'b');
  fixture.delete('a');
  for (const end of fixture.hanging.splice(0)) end();
  await flush();
  expect(fixture.said).toEqual(['b up']);
  await fixture.pass(6_400);
  expect(fixture.checked).toEqual(['a', 'b', 'b']);
});

test('no second check of a backend while one is under way', async () => {
  const fixture = new Fixture();
  fixture.hanging = [];
  fixture.add('a');
  await fixture.pass(64_000);
  expect(fixture.checked).toEqual(['a']);
});

test('closed, nothing runs any more, and nobody is told anything', async () => {
  const fixture = new Fixture();
  fixture.hanging = [];
  fixture.add('a');
  fixture.checks.close();
  for (const end of fixture.hanging.splice(0)) end();
  fixture.add('b');
  await fixture.pass(64_000);
  expect([fixture.checked, fixture.said, fixture.clock.pending]).toEqual([['a'], [], 0]);
});

test('adding twice is adding once', () => {
  const fixture = new Fixture();
  fixture.add('a');
  const backend = fixture.backends.get('a');
  if (backend) fixture.checks.add(backend);
  expect(fixture.checked).toEqual(['a']);
});

const THOUSAND = Array.from({ length: 1_000 }, (_, index) => `b${index}`);

test('a thousand newcomers are checked 16 at a time', async () => {
  const fixture = new Fixture();
  fixture.hanging = [];
  fixture.add(...THOUSAND);
  expect(fixture.checked).toHaveLength(16);
  fixture.hanging.splice(0, 1)[0]?.();
  await flush();
  expect(fixture.checked).toHaveLength(17);
});

test('a thousand backends that do not answer keep none from being checked within an interval', async () => {
  const fixture = new Fixture();
  fixture.hanging = [];
  fixture.add(...THOUSAND);
  await fixture.pass(6_400);
  expect(new Set(fixture.checked).size).toBe(1_000);
});

test('a thousand backends never bunch up, whoever comes and goes', async () => {
  const fixture = new Fixture({}, seededRandom(7));
  fixture.add(...THOUSAND);
  for (const [index, name] of THOUSAND.entries()) if (index % 3 === 0) fixture.delete(name);
  fixture.add(...THOUSAND.map((name) => `${name}-again`).slice(0, 334));
  await fixture.pass(6_400);
  fixture.times.length = 0;
  await fixture.pass(64_000);
  const counts = new Map<number, number>();
  for (const time of fixture.times) counts.set(time, (counts.get(time) ?? 0) + 1);
  expect(Math.max(...counts.values())).toBeLessThanOrEqual(16);
  // Jitter makes ten cycles a little longer or shorter.
  expect(fixture.times.length / 10_000).toBeCloseTo(1, 1);
});

test('two gateways do not stay in step', async () => {
  const [one, other] = [new Fixture({}, seededRandom(1)), new Fixture({}, seededRandom(2))];
  for (const fixture of [one, other]) fixture.add('a');
  await one.pass(64_000);
  await other.pass(64_000);
  expect(one.times.slice(1).filter((time) => other.times.includes(time))).toEqual([]);
});
