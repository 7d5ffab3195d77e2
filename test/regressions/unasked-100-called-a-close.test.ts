// A 100 Continue that nobody had asked for was reported as a connection that the backend had closed.
import { expect, test } from 'vitest';
import { classify } from '../../src/failure/classify.ts';
import { startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

test('it is an invalid response', async () => {
  const backend = await startRaw((socket) => {
    socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const gateway = await startGateway('node', { backends: [backend.url], retry: false });
  const problem = expectFailure(await send(gateway.url), 'response_header_invalid');
  expect(problem).toMatchObject({ reached: 'yes' });
});

test('a connection that did close is one that closed', () => {
  const error = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  const failure = classify({ phase: 'wait', error, timedOut: false, reused: false, bytesRead: 0 });
  expect(failure.cause).toBe('closed_before_response');
});
