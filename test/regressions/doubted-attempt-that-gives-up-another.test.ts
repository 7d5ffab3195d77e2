// While the cause of a failed attempt was being found out, its connection's place went to another one. When the
// client of the first one then left, the second one's connecting was given up: 502 gateway_error.
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import { failed } from '../../src/failure/failed.ts';
import { DirectForwarder } from '../../src/forwarders/direct.ts';
import { addAttempt, fakeExchange, fakeTarget } from '../support/fake-exchange.ts';
import { startRaw } from '../support/live-backend.ts';
import { until } from '../support/live-measure.ts';

test('each gives up its own connection', async () => {
  const backend = await startRaw((socket, head) => {
    if (head.startsWith('GET /dies')) socket.destroy();
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const target = fakeTarget('a', { origin: backend.url, hostname: '127.0.0.1', port: backend.port });
  const forwarder = new DirectForwarder({ clock: systemClock, name: 'causeway', connectMs: 1_000 });
  onTestFinished(() => forwarder.destroy());
  const first = fakeExchange({ path: '/dies' });
  addAttempt(first, { target });
  const firstOutcome = forwarder.forward(first);
  // The second connection asks whether TLS is expected: it gets no answer.
  await until('there is a doubt', () => backend.accepted() === 2);

  const second = fakeExchange({ path: '/lives' });
  addAttempt(second, { target });
  const secondOutcome = forwarder.forward(second);
  first.cancel(failed('client_aborted'));
  expect(await firstOutcome).toMatchObject({ kind: 'failed', cause: 'client_aborted' });
  expect(await secondOutcome).toMatchObject({ kind: 'responded', status: 200 });
});
