// A POST answered with bytes like those of TLS was sent again, although that connection had spoken HTTP before.
import { expect, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

const ALERT = Buffer.from([0x15, 3, 3, 0, 2, 2, 40]);

async function start() {
  const backend = await startRaw((socket, received) => {
    if (received.includes('POST ')) socket.write(ALERT);
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  return { ...backend, posts: () => backend.received.filter((all) => all.includes('POST ')).length };
}

test('on a connection that was used before, it may have been processed', async () => {
  const [a, b] = [await start(), await start()];
  const gateway = await startGateway('node', { backends: [a.url, b.url] });
  for (let i = 0; i < 100 && (a.accepted() === 0 || b.accepted() === 0); i += 1) await send(gateway.url);
  expect([a.accepted(), b.accepted()]).toEqual([1, 1]);
  const problem = expectFailure(
    await send(gateway.url, { method: 'POST', body: 'x' }),
    'plaintext_on_tls_port',
  );
  expect(problem).toMatchObject({ reached: 'yes', retryable: false });
  expect([a.posts() + b.posts(), a.accepted() + b.accepted()]).toEqual([1, 2]);
});

test('on a new connection, it was never read as HTTP', async () => {
  const backend = await start();
  const gateway = await startGateway('node', { backends: [backend.url] });
  const sent = await send(gateway.url, { method: 'POST', body: 'x' });
  expect(expectFailure(sent, 'plaintext_on_tls_port')).toMatchObject({ reached: 'no', retryable: true });
});
