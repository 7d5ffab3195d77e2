// A kept-alive connection that was reset while a request waited its turn on it was called a bug, and not even logged.
import { expect, test, vi } from 'vitest';
import { classify } from '../../src/failure/classify.ts';
import { failed } from '../../src/failure/failed.ts';
import { contain } from '../../src/layers/contain.ts';
import { fakeBody, fakeExchange } from '../support/fake-exchange.ts';
import { goesOut, scripted } from '../support/fake-forward.ts';
import { FakeResponded } from '../support/fake-outcome.ts';
import { runRetry } from '../support/fake-retry.ts';

function failureOf(code: string) {
  const error = Object.assign(new Error('gone'), { code });
  return classify({ phase: 'select', error, timedOut: false, reused: false, bytesRead: 0 });
}

test.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])('%s before the request was begun', async (code) => {
  const failure = failureOf(code);
  expect(failure).toMatchObject({ cause: 'stale_connection', reached: 'no' });
  const response = new FakeResponded();
  const exchange = fakeExchange({ method: 'POST', body: fakeBody() });
  const run = runRetry(exchange, { where: 'only' }, goesOut(failure), goesOut(response));
  expect(await run.outcome).toBe(response);
});

test('what nobody can name still is one, and is logged', async () => {
  const failure = failureOf('ESOMETHING');
  expect(failure).toMatchObject({ cause: 'gateway_error' });
  const onUnexpected = vi.fn();
  expect(await contain(onUnexpected)(scripted(failure).forward)(fakeExchange())).toBe(failure);
  expect(onUnexpected).toHaveBeenCalledExactlyOnceWith(failure.error, failure);
});

test('a failure that has a name is not logged as one', async () => {
  const onUnexpected = vi.fn();
  await contain(onUnexpected)(scripted(failed('connection_refused')).forward)(fakeExchange());
  expect(onUnexpected).not.toHaveBeenCalled();
});
