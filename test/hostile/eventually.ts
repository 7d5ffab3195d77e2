import { setTimeout as sleep } from 'node:timers/promises';

/** Far beyond what it takes, and below the 4 s after which idle connections are closed anyway. */
const LIMIT_MS = 3_000;

/** True as soon as the condition holds; false when it never does. */
export async function eventually(condition: () => boolean): Promise<boolean> {
  const startedAt = performance.now();
  while (!condition()) {
    if (performance.now() - startedAt > LIMIT_MS) return false;
    await sleep(2);
  }
  return true;
}
