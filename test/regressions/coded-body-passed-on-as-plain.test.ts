// A transfer coding other than chunked was dropped from the head, and the still coded bytes passed for the whole body.
import { expect, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

const CHUNKED_BODY = '5\r\nhello\r\n0\r\n\r\n';

test.each(['xchunked', 'gzip', 'chunked, gzip', 'gzip, chunked', 'identity', 'chunked\t'])(
  'Transfer-Encoding: %s',
  async (coding) => {
    const backend = await startRaw((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n${CHUNKED_BODY}`);
    });
    const gateway = await startGateway('node', { backends: [backend.url], retry: false });
    expectFailure(await send(gateway.url), 'response_coding_error');
  },
);

test.each(['chunked', 'Chunked', ' chunked  '])(
  'Transfer-Encoding: %s is undone, and arrives whole',
  async (coding) => {
    const backend = await startRaw((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n${CHUNKED_BODY}`);
    });
    const gateway = await startGateway('node', { backends: [backend.url] });
    expect((await send(gateway.url)).body.toString()).toBe('hello');
  },
);
