// A space behind the digits of Content-Length broke a complete response off: undici counts it as a digit.
import { expect, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';

test.each([
  ['in one piece', ['HTTP/1.1 200 OK\r\nContent-Length: 12 \r\n\r\nhello, world']],
  ['in two', ['HTTP/1.1 200 OK\r\nContent-Length: 12  \r\n\r\nhello', ', world']],
])('%s, it is complete', async (_what, [first = '', ...rest]) => {
  const backend = await startRaw((socket) => {
    socket.setNoDelay().write(first);
    for (const text of rest) setTimeout(() => void socket.write(text), 20);
  });
  const gateway = await startGateway('node', { backends: [backend.url] });
  const causes: unknown[] = [];
  gateway.gateway.on('exchange', ({ cause }) => void causes.push(cause));
  const sent = await send(gateway.url);
  expect([sent.body.toString(), sent.complete, sent.headers['content-length']]).toEqual([
    'hello, world',
    true,
    '12',
  ]);
  expect(causes).toEqual([undefined]);
});

test('and what is too short is still broken off', async () => {
  const backend = await startRaw((socket) => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 12 \r\n\r\nhello');
  });
  const gateway = await startGateway('node', { backends: [backend.url], retry: false });
  const sent = await send(gateway.url);
  expect([sent.body.toString(), sent.complete]).toEqual(['hello', false]);
});
