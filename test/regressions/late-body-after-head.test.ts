// A body that a backend sent to HEAD, late and against the rules, was taken for the answer to the next request.
import { expect, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';

const LATE = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npwned!';

test('the connection of a HEAD is not used again', async () => {
  const backend = await startRaw((socket, received) => {
    const afterHead = /HEAD \/([^]*)$/.exec(received)?.[1] ?? '';
    if (afterHead && !afterHead.includes('GET /')) {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${LATE.length}\r\n\r\n`);
    } else socket.write(`${afterHead && LATE}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood`);
  });
  const gateway = await startGateway('node', { backends: [backend.url], retry: false });
  for (let i = 0; i < 3; i += 1) {
    const head = await send(gateway.url, { method: 'HEAD' });
    expect([head.status, head.headers['content-length']]).toEqual([200, String(LATE.length)]);
    expect((await send(gateway.url)).body.toString()).toBe('good');
  }
  expect(backend.received.filter((all) => /HEAD \/[^]*(GET|HEAD) \//.test(all))).toEqual([]);
});
