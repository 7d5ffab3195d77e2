import { expect, test } from 'vitest';
import { ConcurrencyGate, Tally } from '../../../../src/backends/gates/concurrency.ts';

test('lets in as many as its limit, and another one when one leaves', () => {
  const gate = new ConcurrencyGate(2);
  const first = gate.enter(0);
  expect([gate.enter(0) !== undefined, gate.enter(0), gate.admits(), gate.pending]).toEqual([
    true,
    undefined,
    false,
    2,
  ]);
  first?.settle({ kind: 'success' }, 0);
  expect([gate.admits(), gate.pending]).toEqual([true, 1]);
});

test('asking takes nothing', () => {
  const gate = new ConcurrencyGate(1);
  gate.admits();
  gate.admits();
  expect(gate.pending).toBe(0);
});

test('says when it becomes full, and when it is so no longer', () => {
  const gate = new ConcurrencyGate(2);
  const edges: [now: number, admits: boolean][] = [];
  gate.listener = { onEdge: (now) => edges.push([now, gate.admits()]), onIdle: () => undefined };
  const passes = [gate.enter(1), gate.enter(2), gate.enter(3)];
  for (const [index, pass] of passes.entries()) pass?.settle({ kind: 'success' }, 10 + index);
  expect(edges).toEqual([
    [2, false],
    [10, true],
  ]);
});

test('what is pending is counted in one tally at a time', () => {
  const gate = new ConcurrencyGate(10);
  const [one, other] = [new Tally(), new Tally()];
  gate.enter(0);
  gate.countIn(one);
  const pass = gate.enter(0);
  expect([one.pending, other.pending]).toEqual([2, 0]);
  gate.countIn(other);
  pass?.settle({ kind: 'success' }, 0);
  expect([one.pending, other.pending]).toEqual([0, 1]);
  gate.countIn(undefined);
  expect([one.pending, other.pending, gate.pending]).toEqual([0, 0, 1]);
});

test('its limit may change while requests are pending: those beyond a lower one go on', () => {
  const gate = new ConcurrencyGate(3);
  const edges: [now: number, admits: boolean][] = [];
  gate.listener = { onEdge: (now) => edges.push([now, gate.admits()]), onIdle: () => undefined };
  const passes = [gate.enter(1), gate.enter(1)];
  gate.setLimit(1, 2);
  expect([gate.limit, gate.pending, gate.enter(3)]).toEqual([1, 2, undefined]);
  for (const [index, pass] of passes.entries()) pass?.settle({ kind: 'success' }, 4 + index);
  gate.setLimit(2, 6);
  gate.enter(7);
  gate.setLimit(1, 8);
  gate.setLimit(4, 9);
  expect(edges).toEqual([
    [2, false],
    [5, true],
    [8, false],
    [9, true],
  ]);
});
