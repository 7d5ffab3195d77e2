import type { Clock } from 'causeway-proxy';

/** The system's time, and how many timers are set: none of the gateway's keeps a process alive, so Node lists none. */
export class CountingClock implements Clock {
  pending = 0;

  now(): number {
    return performance.now();
  }

  wall(): number {
    return Date.now();
  }

  after(ms: number, run: () => void): { cancel: () => void } {
    let isSet = true;
    const take = (): void => {
      if (isSet) this.pending -= 1;
      isSet = false;
    };
    this.pending += 1;
    const timer = setTimeout(() => {
      take();
      run();
    }, ms).unref();
    return {
      cancel: () => {
        take();
        clearTimeout(timer);
      },
    };
  }
}
