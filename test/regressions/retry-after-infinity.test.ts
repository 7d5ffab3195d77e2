// With `limits.queueMs: Infinity`, a full queue answered with `Retry-After: Infinity`.
import { expect, test } from 'vitest';
import { WaitingQueue } from '../../src/backends/queue.ts';
import type { Failed } from '../../src/engine/types.ts';
import { answerFailure } from '../../src/failure/report/answer.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';

const never = (): boolean => false;

test('a queue that may be waited in forever, and is full, says a number of seconds', () => {
  const clock = new FakeClock();
  const queue = new WaitingQueue({ clock, size: 1, waitMs: Infinity });
  const refused: Failed[] = [];
  queue.wait(fakeExchange(), never, () => undefined);
  const exchange = fakeExchange();
  queue.wait(exchange, never, (failure) => refused.push(failure));
  const answers = refused.map((failure) =>
    answerFailure(exchange, failure, 'causeway', exchange.settings.errors),
  );
  expect(answers.map(({ headers }) => headers.get('Retry-After'))).toEqual(['1']);
  expect(clock.pending).toBe(0);
});
