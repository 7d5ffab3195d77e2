// A 100 Continue that came right behind a 103 whose head was in two packets was taken for an invalid response.
import { expect, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { sendRaw } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';

const HEAD = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
const REST = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

test('it is passed over there, too', async () => {
  const backend = await startRaw((socket) => {
    socket.write(HEAD.slice(0, 20));
    setTimeout(() => socket.write(HEAD.slice(20) + REST), 20);
  });
  const gateway = await startGateway('node', { backends: [backend.url], retry: false });
  const { text } = await sendRaw(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 103', 'HTTP/1.1 200']);
});
