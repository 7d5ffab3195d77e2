// A response that was held for a retry, and then passed on after all, went on for ever when its client had left.
import { expect, test } from 'vitest';
import type { Failed, Sink } from '../../src/engine/types.ts';
import { failed } from '../../src/failure/failed.ts';
import { IGNORED } from '../../src/failure/verdict.ts';
import { DirectResponse } from '../../src/forwarders/direct-response.ts';
import { pause } from '../../src/layers/retry/pause.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { addAttempt, fakeExchange } from '../support/fake-exchange.ts';

test('it is given up with its exchange, whatever waited in the meantime', async () => {
  const log: string[] = [];
  const say = (word: string) => (): void => void log.push(word);
  const sink: Sink = {
    flush: () => undefined,
    write: () => true,
    end: say('end'),
    break: say('break'),
    onDrain: () => undefined,
  };
  const controller = {
    aborted: false,
    paused: false,
    reason: null,
    pause: () => undefined,
    resume: () => undefined,
    abort: say('abort'),
  };
  const clock = new FakeClock();
  const exchange = fakeExchange();
  const attempt = addAttempt(exchange);
  const head = { status: 503, statusText: '', headers: [], hasRepeatedHeaders: false, isEventStream: true };
  const held = new DirectResponse(head, { controller, exchange, attempt, clock });
  attempt.running = { cancel: (failure: Failed) => held.cancel(failure) };
  exchange.waiting = attempt.running;
  const paused = pause(exchange, 10, clock);
  clock.advance(10);
  await paused;
  const ended = held.relay(sink);
  exchange.cancel(failed('client_aborted', { verdict: IGNORED }));
  expect(log).toEqual(['break', 'abort']);
  expect(await ended).toMatchObject({ cause: 'client_aborted', verdict: { kind: 'ignored' } });
  expect([exchange.waiting, clock.pending]).toEqual([undefined, 0]);
});
