import { expect, test } from 'vitest';
import { ConcurrencyGate } from '../../../../src/backends/gates/concurrency.ts';

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
