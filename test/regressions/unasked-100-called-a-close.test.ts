// A 100 Continue that nobody had asked for was reported as a connection that the backend had closed, and later as
// an invalid response. It is to be passed over.
import { expect, test } from 'vitest';
import { classify } from '../../src/failure/classify.ts';
import { startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';

test('the response behind it arrives, and the connection lives on', async () => {
  const backend = await startRaw((socket) => {
    socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const gateway = await startGateway('node', { backends: [backend.url], retry: false });
  for (let i = 0; i < 3; i += 1) expect((await send(gateway.url)).body.toString()).toBe('ok');
  expect(backend.accepted()).toBe(1);
});

test('a connection that did close is one that closed', () => {
  const error = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  const failure = classify({ phase: 'wait', error, timedOut: false, reused: false, bytesRead: 0 });
  expect(failure.cause).toBe('closed_before_response');
});
