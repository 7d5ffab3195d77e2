/** A function that the user configured threw. Becomes `configuration_error`, naming the option. */
export class HookError extends Error {
  readonly hook: string;

  constructor(hook: string, cause: unknown) {
    super(`the function given as ${hook} threw`, { cause });
    this.name = 'HookError';
    this.hook = hook;
  }
}

/** Runs a user's function; what it throws is marked as its own. */
export function runHook<Result>(hook: string, run: () => Result): Result {
  let result: Result;
  try {
    result = run();
  } catch (error) {
    throw new HookError(hook, error);
  }
  if (!(result instanceof Promise)) return result;
  // Taken for a value, a promise would be a yes to everything.
  result.catch(() => undefined);
  throw new HookError(hook, new TypeError('it must not be async'));
}
