import { expect, test } from 'vitest';
import { HookError, runHook } from '../../../src/engine/hooks.ts';

test('gives what the function returns', () => {
  expect(runHook('rewrite.path', () => 42)).toBe(42);
});

test('marks what the function throws, and keeps it', () => {
  const cause = new TypeError('oops');
  const run = (): never =>
    runHook('retry.when', () => {
      throw cause;
    });
  expect(run).toThrow(HookError);
  try {
    run();
  } catch (error) {
    expect(error).toMatchObject({ hook: 'retry.when', cause, name: 'HookError' });
  }
});
