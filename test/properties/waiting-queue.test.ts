import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WaitingQueue } from '../../src/backends/queue.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';

const SIZE = 5;

interface Arrival {
  readonly number: number;
  readonly priority: number;
}

/** What the queue should do, said as plainly as possible. */
class Model {
  readonly waiting: Arrival[] = [];

  /** Who is refused, if anybody. */
  arrive(one: Arrival): Arrival | undefined {
    if (this.waiting.length < SIZE) return void this.waiting.push(one);
    const least = this.waiting.toSorted((a, b) => a.priority - b.priority || a.number - b.number)[0];
    if (!least || least.priority >= one.priority) return one;
    this.#take(least);
    this.waiting.push(one);
    return least;
  }

  serve(): Arrival | undefined {
    const first = this.waiting.toSorted((a, b) => b.priority - a.priority || a.number - b.number)[0];
    if (first) this.#take(first);
    return first;
  }

  #take(one: Arrival): void {
    this.waiting.splice(this.waiting.indexOf(one), 1);
  }
}

test('serves the most important first, refuses the least important, and each exactly once', () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant('serve' as const)), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const clock = new FakeClock();
      const priorities: number[] = [];
      const log: string[] = [];
      let free = 0;
      const queue = new WaitingQueue({
        clock,
        size: SIZE,
        waitMs: 1_000,
        priorityOf: ({ request }) => priorities[Number(request.id)] ?? NaN,
      });
      const model = new Model();
      const expected: string[] = [];
      for (const step of all) {
        if (step === 'serve') {
          free = 1;
          queue.wake();
          const served = model.serve();
          if (served) expected.push(`served ${served.number}`);
        } else {
          const number = priorities.push(step) - 1;
          const serve = (): boolean => {
            if (free === 0) return false;
            free -= 1;
            log.push(`served ${number}`);
            return true;
          };
          queue.wait(fakeExchange({ id: String(number) }), serve, () => log.push(`refused ${number}`));
          const refused = model.arrive({ number, priority: step });
          if (refused) expected.push(`refused ${refused.number}`);
        }
        free = 0;
        expect([log, queue.length, clock.pending]).toEqual([
          expected,
          model.waiting.length,
          model.waiting.length,
        ]);
      }
      clock.advance(1_000);
      expect(queue.length).toBe(0);
      expect(log.length).toBe(priorities.length);
    }),
  );
});
