import { expect, test } from 'vitest';
import { StoppableClock } from '../../../src/engine/stoppable-clock.ts';
import { FakeClock } from '../../support/fake-clock.ts';

test('it is the clock that it was made of', () => {
  const inner = new FakeClock(5, 1_000);
  const clock = new StoppableClock(inner);
  inner.advance(2);
  expect([clock.now(), clock.wall()]).toEqual([7, 1_002]);
});

test('timers run, and can be cancelled one by one', () => {
  const inner = new FakeClock();
  const clock = new StoppableClock(inner);
  const ran: string[] = [];
  clock.after(10, () => ran.push('a'));
  clock.after(10, () => ran.push('b')).cancel();
  inner.advance(10);
  expect(ran).toEqual(['a']);
});

test('stopped, it runs nothing any more, and sets nothing new', () => {
  const inner = new FakeClock();
  const clock = new StoppableClock(inner);
  const ran: string[] = [];
  clock.after(10, () => ran.push('a'));
  const b = clock.after(10, () => ran.push('b'));
  clock.stop();
  clock.after(10, () => ran.push('c')).cancel();
  clock.after(10, () => ran.push('d'));
  b.cancel();
  expect(inner.pending).toBe(0);
  inner.advance(20);
  expect(ran).toEqual([]);
});
