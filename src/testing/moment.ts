import { systemClock } from '../engine/clock.ts';

const HALF_MS = 20;

/**
 * A short while in which the event loop looks at every socket, however late it is: it does so between two
 * timers.
 */
export async function moment(): Promise<void> {
  for (let half = 0; half < 2; half += 1) {
    await new Promise<void>((resolve) => void systemClock.after(HALF_MS, resolve));
  }
}
