import { describe, expect, test } from 'vitest';
import type { PriorityOf } from '../../../src/backends/priority.ts';
import { WaitingQueue } from '../../../src/backends/queue.ts';
import type { Failed } from '../../../src/engine/types.ts';
import { failed } from '../../../src/failure/failed.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { addAttempt, fakeExchange } from '../../support/fake-exchange.ts';

class Fixture {
  readonly clock = new FakeClock();
  readonly queue: WaitingQueue;
  readonly served: string[] = [];
  readonly refused: [name: string, failure: Failed][] = [];
  free = 0;

  constructor(size = 10, waitMs = 1_000, priorityOf?: PriorityOf) {
    this.queue = new WaitingQueue({ clock: this.clock, size, waitMs, priorityOf });
  }

  wait(name: string, canUse = (): boolean => true, hasTried = false) {
    const exchange = fakeExchange({ id: name });
    if (hasTried) addAttempt(exchange);
    const serve = (): boolean => {
      if (this.free === 0 || !canUse()) return false;
      this.free -= 1;
      this.served.push(name);
      return true;
    };
    this.queue.wait(exchange, serve, (failure) => this.refused.push([name, failure]));
    return exchange;
  }

  wake(): void {
    this.free += 1;
    this.queue.wake();
  }
}

test('who came first is served first', () => {
  const fixture = new Fixture();
  for (const name of ['a', 'b', 'c']) fixture.wait(name);
  fixture.wake();
  expect([fixture.served, fixture.queue.length]).toEqual([['a'], 2]);
  fixture.wake();
  fixture.wake();
  expect([fixture.served, fixture.queue.length, fixture.clock.pending]).toEqual([['a', 'b', 'c'], 0, 0]);
});

test('each free slot is used, and nobody is asked in vain twice', () => {
  const fixture = new Fixture();
  const asked: string[] = [];
  for (const name of ['a', 'b', 'c', 'd']) {
    fixture.wait(name, () => {
      asked.push(name);
      return name < 'c';
    });
  }
  fixture.free = 4;
  fixture.queue.wake();
  expect([asked, fixture.served]).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b'],
  ]);
});

test('who avoids the free backend keeps the place, and holds up nobody', () => {
  const fixture = new Fixture();
  let can = false;
  fixture.wait('a', () => can, true);
  fixture.wait('b');
  fixture.wake();
  can = true;
  fixture.wait('c');
  fixture.wake();
  expect(fixture.served).toEqual(['b', 'a']);
});

test('full, it refuses at once', () => {
  const fixture = new Fixture(2);
  for (const name of ['a', 'b', 'c']) fixture.wait(name);
  expect(fixture.refused).toMatchObject([['c', { cause: 'pool_saturated', retryAfterMs: 1_000 }]]);
  expect(fixture.queue.length).toBe(2);
});

test('of size 0 it never waits', () => {
  const fixture = new Fixture(0);
  fixture.wait('a');
  expect(fixture.refused).toMatchObject([['a', { cause: 'pool_saturated' }]]);
  expect(fixture.clock.pending).toBe(0);
});

test('nobody waits too long', () => {
  const fixture = new Fixture();
  const exchange = fixture.wait('a');
  fixture.clock.advance(500);
  fixture.wait('b');
  fixture.clock.advance(499);
  expect(fixture.refused).toEqual([]);
  fixture.clock.advance(1);
  expect(fixture.refused).toMatchObject([['a', { cause: 'pool_saturated' }]]);
  expect([fixture.queue.length, exchange.waiting]).toEqual([1, undefined]);
  fixture.wake();
  expect(fixture.served).toEqual(['b']);
});

test('who is given up leaves at once, from anywhere', () => {
  const fixture = new Fixture();
  fixture.wait('a');
  const exchange = fixture.wait('b');
  fixture.wait('c');
  const gone = failed('client_aborted');
  exchange.cancel(gone);
  expect([fixture.queue.length, fixture.clock.pending]).toEqual([2, 2]);
  expect(fixture.refused).toEqual([['b', gone]]);
  fixture.wake();
  fixture.wake();
  expect(fixture.served).toEqual(['a', 'c']);
});

test('a place that became free can be taken again', () => {
  const fixture = new Fixture(1);
  fixture.wait('a').cancel(failed('client_aborted'));
  fixture.wait('b');
  fixture.wake();
  expect(fixture.served).toEqual(['b']);
});

test('waking when nobody waits does nothing', () => {
  const fixture = new Fixture();
  fixture.wake();
  expect(fixture.served).toEqual([]);
});

test('those that avoid what is free are not all asked', () => {
  const fixture = new Fixture(1_000);
  let asked = 0;
  for (let i = 0; i < 500; i += 1) {
    const exchange = fakeExchange();
    addAttempt(exchange);
    const serve = (): boolean => {
      asked += 1;
      return false;
    };
    fixture.queue.wait(exchange, serve, () => undefined);
  }
  fixture.wait('plain');
  fixture.wake();
  expect([asked, fixture.served]).toEqual([16, ['plain']]);
});

test('woken by what it does, it serves nobody twice', () => {
  const fixture = new Fixture();
  const first = (): boolean => {
    if (fixture.free > 0) fixture.queue.wake();
    return true;
  };
  fixture.wait('a', first);
  fixture.wait('b', first);
  fixture.free = 1;
  fixture.wake();
  expect([fixture.served, fixture.free, fixture.queue.length]).toEqual([['a', 'b'], 0, 0]);
});

describe('by priority', () => {
  /** Names begin with it. */
  const priorityOf: PriorityOf = ({ request }) => Number(request.id.charAt(0));

  test('the most important is served first, and among equals who came first', () => {
    const fixture = new Fixture(10, 1_000, priorityOf);
    for (const name of ['1a', '5a', '9a', '5b', '9b', '0a']) fixture.wait(name);
    fixture.free = 6;
    fixture.queue.wake();
    expect(fixture.served).toEqual(['9a', '9b', '5a', '5b', '1a', '0a']);
  });

  test('in a full queue the least important gives up its place, the one that waits longest', () => {
    const fixture = new Fixture(3, 1_000, priorityOf);
    for (const name of ['5a', '3a', '3b', '4a']) fixture.wait(name);
    expect(fixture.refused).toMatchObject([
      ['3a', { cause: 'pool_saturated', detail: expect.stringContaining('important') as string }],
    ]);
    fixture.wait('3c');
    expect(fixture.refused.map(([name]) => name)).toEqual(['3a', '3c']);
    fixture.wait('9a', undefined, true);
    expect([fixture.refused.at(-1)?.[0], fixture.queue.length, fixture.clock.pending]).toEqual(['3b', 3, 3]);
  });

  test('who avoids the free backend holds up nobody who is less important', () => {
    const fixture = new Fixture(10, 1_000, priorityOf);
    for (let i = 0; i < 30; i += 1) fixture.wait(`9${i}`, () => false, true);
    fixture.wait('1a');
    fixture.wake();
    expect(fixture.served).toEqual([]);
    expect(fixture.refused).toHaveLength(21);
  });
});
