import { expect, test } from 'vitest';
import { RetryBudget } from '../../../../src/layers/retry/budget.ts';

/** Withdrawals that succeed after so many requests at one moment. */
function allowed(requests: number, settings: ConstructorParameters<typeof RetryBudget>[0]): number {
  const budget = new RetryBudget(settings);
  for (let i = 0; i < requests; i += 1) budget.deposit(1_000);
  let retries = 0;
  while (retries < 10_000 && budget.withdraw(1_000)) retries += 1;
  return retries;
}

test.each([
  [100, { ratio: 0.2, minPerSecond: 0, windowMs: 10_000 }, 20],
  [104, { ratio: 0.2, minPerSecond: 0, windowMs: 10_000 }, 20],
  [105, { ratio: 0.2, minPerSecond: 0, windowMs: 10_000 }, 21],
  [100, { ratio: 0.2, minPerSecond: 1, windowMs: 10_000 }, 30],
  [0, { ratio: 0.2, minPerSecond: 1, windowMs: 10_000 }, 10],
  [0, { ratio: 1, minPerSecond: 0, windowMs: 10_000 }, 0],
  [50, { ratio: 0, minPerSecond: 0, windowMs: 10_000 }, 0],
  [50, { ratio: 1, minPerSecond: 0, windowMs: 1_000 }, 50],
])('%i requests, %o: %i retries', (requests, settings, retries) => {
  expect(allowed(requests, settings)).toBe(retries);
});

test('what was spent comes back when the window has passed', () => {
  const budget = new RetryBudget({ ratio: 0, minPerSecond: 1, windowMs: 1_000 });
  expect(budget.withdraw(0)).toBe(true);
  expect(budget.withdraw(500)).toBe(false);
  expect(budget.withdraw(1_000)).toBe(true);
});

test('what was earned is lost when the window has passed', () => {
  const budget = new RetryBudget({ ratio: 1, minPerSecond: 0, windowMs: 1_000 });
  budget.deposit(0);
  expect(budget.allows(900)).toBe(true);
  expect(budget.allows(1_000)).toBe(false);
});

test('asking takes nothing out', () => {
  const budget = new RetryBudget({ ratio: 1, minPerSecond: 0, windowMs: 1_000 });
  budget.deposit(0);
  expect([budget.allows(0), budget.allows(0), budget.withdraw(0), budget.allows(0)]).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
