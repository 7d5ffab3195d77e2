import { expect, test } from 'vitest';
import { ListSource } from '../../../../src/backends/discovery/list-source.ts';
import type { News } from '../../../../src/backends/discovery/source.ts';
import { settleSources } from '../../../../src/options/sources.ts';
import { FakeClock, flush } from '../../../support/fake-clock.ts';

class Fixture {
  readonly clock = new FakeClock();
  readonly heard: string[] = [];
  readonly source: ListSource;

  constructor(lists: AsyncIterable<unknown>) {
    const [settings] = settleSources([lists]).sources;
    if (settings?.kind !== 'lists') throw new Error('no lists');
    this.source = new ListSource('lists', { ...settings, clock: this.clock });
  }

  async start(): Promise<this> {
    this.source.start((news) => this.heard.push(inWords(news)));
    await flush();
    return this;
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await flush();
  }
}

function inWords(news: News): string {
  if (news.kind === 'list') return news.backends.map(({ target }) => target.name).join(' ');
  return news.error ? `${news.why}: ${(news.error as Error).message}` : news.why;
}

/** Lists, and what becomes of the iterator. */
class Lists implements AsyncIterableIterator<unknown> {
  returned = 0;
  read = 0;
  readonly #next: (index: number) => unknown;

  constructor(next: (index: number) => unknown) {
    this.#next = next;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    this.read += 1;
    return Promise.resolve(this.#next(this.read - 1) as IteratorResult<unknown>);
  }

  return(): Promise<IteratorResult<unknown>> {
    this.returned += 1;
    return Promise.reject(new Error('of no interest'));
  }
}

test('each list replaces the one before; they end, and the last one stays', async () => {
  async function* lists() {
    yield ['http://a:1', { url: 'http://b:1', name: 'b' }];
    yield [];
    yield ['http://c:1'];
  }
  const fixture = await new Fixture(lists()).start();
  for (let i = 0; i < 5; i += 1) await fixture.pass(100);
  expect(fixture.heard).toEqual(['a:1 b', '', 'c:1', 'ended']);
  expect(fixture.clock.pending).toBe(0);
});

test('a bad list is complained about, and the next one counts', async () => {
  const lists = new Lists((index) => ({ value: [['nonsense'], 'none', ['http://a:1']][index], done: false }));
  const fixture = await new Fixture(lists).start();
  await fixture.pass(100);
  await fixture.pass(100);
  expect(fixture.heard).toEqual([
    'invalid: a list of backends[0]: [0] must be an http:// or https:// URL, got "nonsense"',
    'invalid: a list of backends[0] must be an array, got "none"',
    'a:1',
  ]);
});

test.each<[string, AsyncIterable<unknown>]>([
  [
    'an iterator that throws',
    (async function* () {
      yield ['http://a:1'];
      throw new Error('gone');
    })(),
  ],
  ['one that answers nonsense', new Lists((index) => (index === 0 ? { value: ['http://a:1'] } : undefined))],
])('%s: the last list stays, and it is over', async (_what, lists) => {
  const fixture = await new Fixture(lists).start();
  await fixture.pass(100);
  await fixture.pass(100);
  expect(fixture.heard).toHaveLength(2);
  expect(fixture.heard[1]).toMatch(/^threw: /);
  expect(fixture.clock.pending).toBe(0);
});

test('one that cannot even begin', async () => {
  const broken = { [Symbol.asyncIterator]: 'no function' } as unknown as AsyncIterable<unknown>;
  const fixture = await new Fixture(broken).start();
  expect(fixture.heard).toHaveLength(1);
  expect(fixture.heard[0]).toMatch(/^threw: /);
});

test('one that always has another list ready is read ten times a second', async () => {
  const lists = new Lists(() => ({ value: ['http://a:1'], done: false }));
  const fixture = await new Fixture(lists).start();
  for (let i = 0; i < 10; i += 1) await fixture.pass(100);
  expect(lists.read).toBe(11);
});

test('closed, it calls return() once, and hears no more', async () => {
  const lists = new Lists(() => ({ value: ['http://a:1'], done: false }));
  const fixture = await new Fixture(lists).start();
  fixture.source.close();
  fixture.source.close();
  await fixture.pass(1_000);
  expect([lists.returned, lists.read, fixture.heard.length, fixture.clock.pending]).toEqual([1, 1, 1, 0]);
});

test('closed while it waits for a list: that list goes nowhere', async () => {
  let give: (value: unknown) => void = () => undefined;
  const lists = new Lists(() => new Promise((resolve) => (give = resolve)));
  const fixture = await new Fixture(lists).start();
  fixture.source.close();
  give({ value: ['http://a:1'], done: false });
  await flush();
  expect([lists.returned, fixture.heard]).toEqual([1, []]);
});
