import { expect, test } from 'vitest';
import type { Answer } from '../../../../src/backends/discovery/answer.ts';
import { type Polled, PolledSource } from '../../../../src/backends/discovery/polled-source.ts';
import type { News } from '../../../../src/backends/discovery/source.ts';
import { FakeClock, flush } from '../../../support/fake-clock.ts';
import { settingsOf } from '../../../support/fake-members.ts';
import { nothing } from '../../../support/fake-names.ts';

class Fixture {
  readonly clock = new FakeClock();
  readonly heard: string[] = [];
  random = 1;
  asked = 0;
  answer: Answer<Polled> = found(10_000, 'a');
  readonly source = new PolledSource('api', {
    clock: this.clock,
    random: () => this.random,
    limits: { minTtlMs: 1_000, maxTtlMs: 30_000 },
    ask: () => {
      this.asked += 1;
      return Promise.resolve(this.answer);
    },
  });

  async start(): Promise<void> {
    this.source.start((news) => this.heard.push(inWords(news)));
    await flush();
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await flush();
  }
}

function found(ttlMs: number, ...names: readonly string[]): Answer<Polled> {
  return { kind: 'found', found: { ttlMs, backends: names.map((name) => settingsOf(name)) } };
}

function inWords(news: News): string {
  if (news.kind === 'kept') return `kept: ${news.why}`;
  return `list: ${news.backends.map(({ target }) => target.name).join(' ')}`;
}

test('asks at once, and again when 90 % of the TTL have passed', async () => {
  const fixture = new Fixture();
  await fixture.start();
  expect(fixture.heard).toEqual(['list: a']);
  fixture.answer = found(10_000, 'b');
  await fixture.pass(8_999);
  expect(fixture.asked).toBe(1);
  await fixture.pass(1);
  expect(fixture.heard).toEqual(['list: a', 'list: b']);
});

test.each([
  [0, 1_000],
  [999, 1_000],
  [30_001, 30_000],
  [86_400_000, 30_000],
])('a TTL of %i ms is taken for %i', async (ttlMs, expected) => {
  const fixture = new Fixture();
  fixture.answer = found(ttlMs, 'a');
  await fixture.start();
  await fixture.pass(expected * 0.9 - 1);
  expect(fixture.asked).toBe(1);
  await fixture.pass(1);
  expect(fixture.asked).toBe(2);
});

test('jitter makes it earlier by up to 10 % of the TTL, never later', async () => {
  const fixture = new Fixture();
  fixture.random = 0;
  await fixture.start();
  await fixture.pass(7_999);
  expect(fixture.asked).toBe(1);
  await fixture.pass(1);
  expect(fixture.asked).toBe(2);
});

test('a failure keeps the last list, and is asked about again after a second', async () => {
  const fixture = new Fixture();
  await fixture.start();
  fixture.answer = nothing('failed');
  await fixture.pass(10_000);
  for (let i = 0; i < 9; i += 1) await fixture.pass(1_000);
  expect(fixture.heard).toEqual(['list: a', ...Array<string>(10).fill('kept: unresolved')]);
  fixture.answer = found(10_000, 'a');
  await fixture.pass(1_000);
  expect(fixture.heard.at(-1)).toBe('list: a');
});

test('a definite no is believed at the third time in a row', async () => {
  const fixture = new Fixture();
  await fixture.start();
  fixture.answer = nothing('none');
  await fixture.pass(10_000);
  await fixture.pass(1_000);
  fixture.answer = nothing('failed');
  await fixture.pass(1_000);
  fixture.answer = nothing('none');
  await fixture.pass(1_000);
  await fixture.pass(1_000);
  expect(fixture.heard).toEqual(['list: a', ...Array<string>(5).fill('kept: unresolved')]);
  await fixture.pass(1_000);
  expect(fixture.heard.at(-1)).toBe('list: ');
});

test('closed, it asks no more, and what is still answered goes nowhere', async () => {
  const fixture = new Fixture();
  await fixture.start();
  fixture.clock.advance(10_000);
  fixture.source.close();
  await flush();
  expect([fixture.asked, fixture.heard, fixture.clock.pending]).toEqual([2, ['list: a'], 0]);
  await fixture.start();
  expect(fixture.asked).toBe(2);
});

test('at most one timer, and none while it asks', async () => {
  const fixture = new Fixture();
  await fixture.start();
  expect(fixture.clock.pending).toBe(1);
  fixture.clock.advance(10_000);
  expect(fixture.clock.pending).toBe(0);
  await flush();
  expect(fixture.clock.pending).toBe(1);
});
